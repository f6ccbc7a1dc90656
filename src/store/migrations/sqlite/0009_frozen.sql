-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- "This wasn't me" stops changes of an account's factors; an operator lets somebody in.

ALTER TABLE accounts ADD COLUMN frozen_at INTEGER;      -- [personal] time; NULL: not, or no more

ALTER TABLE holds ADD COLUMN by_operator INTEGER NOT NULL DEFAULT 0  -- [internal]
                  CHECK (by_operator IN (0, 1));

PRAGMA user_version = 9;
