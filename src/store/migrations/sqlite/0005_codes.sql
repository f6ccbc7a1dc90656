-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Storing a code costs the same whether or not somebody has its address (T13): the account that is
-- named has neither a foreign key, which is looked up, nor an index, in which nobody's codes lie
-- together and an account's apart. A code is dead by its epoch and its lifetime.

CREATE TABLE codes (
    id            INTEGER PRIMARY KEY,                  -- [internal]
    mac           BLOB    NOT NULL CHECK (length(mac) = 32),          -- [verifier] keyed, of code
    address_key   BLOB    NOT NULL                      -- [verifier] keyed, of address
                  CHECK (length(address_key) = 32),
    account       INTEGER,                              -- [internal] NULL: none had it
    account_epoch INTEGER NOT NULL CHECK (account_epoch >= 0),  -- [internal]
    attempts      INTEGER NOT NULL CHECK (attempts >= 0),       -- [internal] guesses so far
    spent         INTEGER NOT NULL CHECK (spent IN (0, 1)),     -- [internal] 1: works no more
    created_at    INTEGER NOT NULL,                     -- [personal] time
    expires_at    INTEGER NOT NULL                      -- [internal] time
) STRICT;

INSERT INTO codes SELECT id, mac, address_key, account, account_epoch, attempts, spent,
                         created_at, expires_at FROM email_codes;
DROP TABLE email_codes;
ALTER TABLE codes RENAME TO email_codes;
CREATE INDEX email_codes_by_expiry ON email_codes (expires_at);

PRAGMA user_version = 5;
