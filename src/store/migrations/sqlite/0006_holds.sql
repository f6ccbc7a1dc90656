-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The wait of who has a first proof and cannot do the second step.

CREATE TABLE holds (
    account       INTEGER PRIMARY KEY                   -- [internal] at most one each
                  REFERENCES accounts (id) ON DELETE CASCADE,
    account_epoch INTEGER NOT NULL CHECK (account_epoch >= 0),  -- [internal] when it began
    started_at    INTEGER NOT NULL,                     -- [personal] time
    ends_at       INTEGER NOT NULL                      -- [personal] time from which it opens
) STRICT;

ALTER TABLE mails ADD COLUMN hold INTEGER;              -- [internal] goes with this account's hold

CREATE INDEX mails_by_hold ON mails (hold) WHERE hold IS NOT NULL;

PRAGMA user_version = 6;
