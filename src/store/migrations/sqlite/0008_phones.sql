-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The second step by text message. Codes that are sent lie with those of e-mail.

CREATE TABLE phones (
    id           INTEGER PRIMARY KEY,                   -- [internal]
    account      INTEGER NOT NULL UNIQUE                -- [internal] at most one each
                 REFERENCES accounts (id) ON DELETE CASCADE,
    number       TEXT    NOT NULL                       -- [personal] E.164
                 CHECK (length(number) BETWEEN 4 AND 16 AND number GLOB '+[0-9]*'),
    failures     INTEGER NOT NULL CHECK (failures >= 0),  -- [internal] guesses since its last use
    created_on   TEXT    NOT NULL,                      -- [personal] browser and system
    created_at   INTEGER NOT NULL,                      -- [personal] time
    last_used_at INTEGER                                -- [personal] time; NULL: not yet
) STRICT;

ALTER TABLE mails ADD COLUMN channel INTEGER NOT NULL DEFAULT 0  -- [internal] Channel
                  CHECK (channel BETWEEN 0 AND 15);

-- A gateway that cannot be reached holds up nothing but its own channel.
DROP INDEX mails_by_due;
CREATE INDEX mails_by_due ON mails (channel, not_before, id);

PRAGMA user_version = 8;
