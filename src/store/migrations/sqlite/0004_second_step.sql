-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The second step of a sign-in: an authenticator app, and codes for when it is lost.

ALTER TABLE sign_ins ADD COLUMN second  INTEGER         -- [personal] SecondStep; NULL: not taken
                     CHECK (second BETWEEN 0 AND 15);

CREATE TABLE authenticator_apps (
    id            INTEGER PRIMARY KEY,                  -- [internal]
    account       INTEGER NOT NULL UNIQUE               -- [internal] at most one each
                  REFERENCES accounts (id) ON DELETE CASCADE,
    sealed_secret BLOB    NOT NULL                      -- [sealed] of the one-time passwords
                  CHECK (length(sealed_secret) BETWEEN 1 AND 256),
    last_step     INTEGER NOT NULL,                     -- [personal] latest whose code was used
    failures      INTEGER NOT NULL CHECK (failures >= 0),  -- [internal] wrong codes in a row
    created_on    TEXT    NOT NULL,                     -- [personal] browser and system
    created_at    INTEGER NOT NULL,                     -- [personal] time
    last_used_at  INTEGER                               -- [personal] time; NULL: not yet
) STRICT;

-- Recovery codes that were not used yet.
CREATE TABLE recovery_codes (
    account INTEGER NOT NULL                            -- [internal]
            REFERENCES accounts (id) ON DELETE CASCADE,
    mac     BLOB    NOT NULL CHECK (length(mac) = 32),  -- [verifier] keyed, of account and code
    PRIMARY KEY (account, mac)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
