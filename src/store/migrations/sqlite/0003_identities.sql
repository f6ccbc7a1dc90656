-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Other providers (Google, Apple, ...) as ways in.

-- Who an account's owner is at other providers: issuer and subject, never an address (T33).
CREATE TABLE identities (
    id        INTEGER PRIMARY KEY,                      -- [internal]
    public_id TEXT    NOT NULL                          -- [personal] 16 random bytes, base64url
              CHECK (length(public_id) BETWEEN 1 AND 64),
    account   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,  -- [internal]
    issuer    TEXT    NOT NULL CHECK (length(issuer) BETWEEN 1 AND 1024),   -- [personal]
    subject   TEXT    NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),   -- [personal]
    email     TEXT    NOT NULL CHECK (length(email) <= 254),  -- [personal] as linked; '' none
    linked_at INTEGER NOT NULL,                         -- [personal] time
    row_mac   BLOB                                      -- [verifier] of the row; NULL: none yet
              CHECK (length(row_mac) = 32),
    UNIQUE (issuer, subject)
) STRICT;

CREATE INDEX identities_by_account ON identities (account, id);

PRAGMA user_version = 3;
