-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Accounts whose owners asked that they be deleted.

ALTER TABLE accounts ADD COLUMN deletes_at INTEGER;     -- [personal] time; NULL: it stays

CREATE INDEX accounts_by_deletion ON accounts (deletes_at) WHERE deletes_at IS NOT NULL;

PRAGMA user_version = 11;
