-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The first schema. It is never edited after a release: what changes comes in the next number.
--
-- Times are milliseconds since 1970-01-01T00:00:00Z. Row ids come from `id_sequence`, one sequence
-- for all tables; none is ever given twice, so a row that was deleted never comes back under its id.
--
-- Each column names its data class:
--   [public]    may be shown to other people and to apps
--   [personal]  about a person: goes with the account
--   [verifier]  a hash, a keyed hash or a public key: checks a secret, does not give it away
--   [sealed]    encrypted under the key file
--   [internal]  means nothing outside this database

-- Which migrations made this database; PRAGMA user_version holds the highest number.
CREATE TABLE migrations (
    number     INTEGER PRIMARY KEY,                     -- [internal] 1 for this file
    name       TEXT    NOT NULL,                        -- [internal] its file name
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),  -- [internal] of the file, as applied
    applied_at INTEGER NOT NULL                         -- [internal] time
) STRICT;

-- The next row id that no process has reserved. One row.
CREATE TABLE id_sequence (
    only INTEGER PRIMARY KEY CHECK (only = 1),          -- [internal]
    next INTEGER NOT NULL CHECK (next > 0)              -- [internal] rises only
) STRICT;

INSERT INTO id_sequence (only, next) VALUES (1, 1);

-- Small values of the whole database by name: rp_id, last_seen, key_fingerprint, signals_enabled.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,                    -- [internal]
    value TEXT NOT NULL                                 -- [internal]
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    id              INTEGER PRIMARY KEY,                -- [internal]
    public_id       TEXT    NOT NULL UNIQUE             -- [public] 16 random bytes, base64url
                    CHECK (length(public_id) BETWEEN 1 AND 64),
    user_handle     BLOB    NOT NULL UNIQUE             -- [personal] random; WebAuthn 5.4.3
                    CHECK (length(user_handle) BETWEEN 1 AND 64),
    email           TEXT    NOT NULL                    -- [personal] as the person typed it
                    CHECK (length(email) BETWEEN 3 AND 254),
    email_canonical TEXT    NOT NULL UNIQUE             -- [personal] the form that is compared
                    CHECK (length(email_canonical) BETWEEN 3 AND 254),
    created_at      INTEGER NOT NULL,                   -- [personal] time
    version         INTEGER NOT NULL CHECK (version >= 0),  -- [internal] rises with every change of a factor
    epoch           INTEGER NOT NULL CHECK (epoch >= 0),    -- [internal] rises with "sign out everywhere"
    factors         INTEGER NOT NULL CHECK (factors >= 0),  -- [personal] number of active factors
    recovered_at    INTEGER                             -- [personal] time; NULL: never recovered
) STRICT;

-- WebAuthn credentials. The user handle of a credential is that of its account.
CREATE TABLE passkeys (
    id                 INTEGER PRIMARY KEY,             -- [internal]
    public_id          TEXT    NOT NULL                 -- [personal] 16 random bytes, base64url
                       CHECK (length(public_id) BETWEEN 1 AND 64),
    account            INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,  -- [internal]
    credential_id      BLOB    NOT NULL UNIQUE          -- [personal] chosen by the authenticator
                       CHECK (length(credential_id) BETWEEN 1 AND 1023),
    algorithm          INTEGER NOT NULL,                -- [verifier] COSE algorithm identifier
    public_key         BLOB    NOT NULL                 -- [verifier] webauthn::PublicKey::material
                       CHECK (length(public_key) BETWEEN 1 AND 4096),
    sign_count         INTEGER NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),  -- [personal]
    uv_initialized     INTEGER NOT NULL CHECK (uv_initialized IN (0, 1)),    -- [personal]
    backup_eligible    INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),   -- [personal]
    backup_state       INTEGER NOT NULL CHECK (backup_state IN (0, 1)),      -- [personal]
    transports         TEXT    NOT NULL,                -- [personal] JSON array of strings
    aaguid             BLOB    NOT NULL CHECK (length(aaguid) = 16),         -- [personal] model
    attestation_format TEXT    NOT NULL,                -- [personal] "none", "packed", ...
    rp_id              TEXT    NOT NULL,                -- [public] relying party it was made for
    purpose            INTEGER NOT NULL CHECK (purpose IN (0, 1)),  -- [personal] CredentialPurpose
    status             INTEGER NOT NULL CHECK (status IN (0, 1)),   -- [personal] CredentialStatus
    name               TEXT    NOT NULL,                -- [personal] given by the person; '' none
    created_on         TEXT    NOT NULL,                -- [personal] browser and system
    created_at         INTEGER NOT NULL,                -- [personal] time
    last_used_at       INTEGER,                         -- [personal] time; NULL: never used
    last_used_on       TEXT    NOT NULL,                -- [personal] browser and system
    suspended_at       INTEGER,                         -- [personal] time; NULL: active
    recovered_at       INTEGER,                         -- [personal] time of the recovery it was made under
    row_mac            BLOB    CHECK (length(row_mac) = 32),  -- [verifier] over id, key and account; NULL: not computed yet
    UNIQUE (account, public_id)                         -- also finds the passkeys of an account
) STRICT;

-- Signed-in browsers. The cookie holds the masked id and a secret of which only the hash is here.
CREATE TABLE sessions (
    id               INTEGER PRIMARY KEY,               -- [internal]
    token_hash       BLOB    NOT NULL CHECK (length(token_hash) = 32),  -- [verifier]
    account          INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,  -- [internal]
    account_epoch    INTEGER NOT NULL CHECK (account_epoch >= 0),  -- [internal] accounts.epoch when it began
    assurance        INTEGER NOT NULL CHECK (assurance BETWEEN 0 AND 15),  -- [personal] Assurance
    created_at       INTEGER NOT NULL,                  -- [personal] time
    authenticated_at INTEGER NOT NULL,                  -- [personal] time of the proof
    recovered_at     INTEGER,                           -- [personal] time; NULL: not recovered
    passkey          INTEGER,                           -- [internal] the one that signed in; may be gone since
    browser          TEXT    NOT NULL,                  -- [personal]
    expires_at       INTEGER NOT NULL                   -- [internal] time
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Sign-ins after their first proof and before their end.
CREATE TABLE sign_ins (
    id            INTEGER PRIMARY KEY,                  -- [internal]
    token_hash    BLOB    NOT NULL CHECK (length(token_hash) = 32),  -- [verifier]
    version       INTEGER NOT NULL CHECK (version >= 0),  -- [internal] each step compares and sets it
    state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 15),   -- [internal] SignInState
    account       INTEGER REFERENCES accounts (id) ON DELETE CASCADE,  -- [internal] NULL: a new person
    account_epoch INTEGER NOT NULL CHECK (account_epoch >= 0),  -- [internal]
    email         TEXT    NOT NULL,                     -- [personal]
    proof         INTEGER NOT NULL CHECK (proof BETWEEN 0 AND 15),   -- [personal] Proof
    passkey       INTEGER,                              -- [internal] the one that was the proof
    recovered     INTEGER NOT NULL CHECK (recovered IN (0, 1)),  -- [personal]
    proved_at     INTEGER NOT NULL,                     -- [personal] time
    user_handle   BLOB    NOT NULL CHECK (length(user_handle) BETWEEN 1 AND 64),  -- [personal]
    intent        INTEGER NOT NULL CHECK (intent BETWEEN 0 AND 15),  -- [internal] Intent
    replaces      TEXT,                                 -- [personal] passkeys.public_id
    return_to     TEXT    NOT NULL,                     -- [personal] where the person wanted to go
    expires_at    INTEGER NOT NULL                      -- [internal] time
) STRICT;

CREATE INDEX sign_ins_by_account ON sign_ins (account);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

-- Codes that were sent by e-mail.
CREATE TABLE email_codes (
    id            INTEGER PRIMARY KEY,                  -- [internal]
    mac           BLOB    NOT NULL CHECK (length(mac) = 32),          -- [verifier] keyed hash of the code
    address_key   BLOB    NOT NULL CHECK (length(address_key) = 32),  -- [verifier] keyed hash of the address
    account       INTEGER REFERENCES accounts (id) ON DELETE CASCADE,  -- [internal] NULL: none had the address
    account_epoch INTEGER NOT NULL CHECK (account_epoch >= 0),  -- [internal]
    attempts      INTEGER NOT NULL CHECK (attempts >= 0),       -- [internal] guesses so far
    spent         INTEGER NOT NULL CHECK (spent IN (0, 1)),     -- [internal] 1: works no more
    created_at    INTEGER NOT NULL,                     -- [personal] time
    expires_at    INTEGER NOT NULL                      -- [internal] time
) STRICT;

CREATE INDEX email_codes_by_account ON email_codes (account);
CREATE INDEX email_codes_by_expiry ON email_codes (expires_at);

-- What was counted towards a limit: one row for each key and millisecond, so that the rolling
-- window is exact and a key never has more rows than its limit.
CREATE TABLE limit_counts (
    key       BLOB    NOT NULL CHECK (length(key) = 32),  -- [verifier] keyed hash of rule and subject
    at        INTEGER NOT NULL,                         -- [personal] time
    events    INTEGER NOT NULL CHECK (events > 0),      -- [internal] how many in this millisecond
    leaves_at INTEGER NOT NULL,                         -- [internal] time at which the window has passed
    PRIMARY KEY (key, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX limit_counts_by_expiry ON limit_counts (leaves_at);

-- Who may create an account under sign_up = "invite".
CREATE TABLE invitations (
    email_canonical TEXT    NOT NULL PRIMARY KEY,       -- [personal]
    expires_at      INTEGER NOT NULL                    -- [internal] time
) STRICT, WITHOUT ROWID;

-- The audit log. Append-only; outlives the account (its id stays, nothing else of it is here).
CREATE TABLE events (
    id         INTEGER PRIMARY KEY,                     -- [internal]
    at         INTEGER NOT NULL,                        -- [personal] time
    kind       TEXT    NOT NULL,                        -- [personal] accounts::name_of(EventKind)
    account    INTEGER,                                 -- [internal] NULL: nobody's; no reference: it may be gone
    network    TEXT    NOT NULL,                        -- [personal] IPv4 /24 or IPv6 /64
    browser    TEXT    NOT NULL,                        -- [personal]
    detail     TEXT    NOT NULL,                        -- [personal] a short word, never a secret
    operation  BLOB    NOT NULL CHECK (length(operation) = 16),  -- [internal] the commit that wrote it
    chain_hash BLOB    CHECK (length(chain_hash) = 32)  -- [verifier] over this row and the one before; NULL: not sealed yet
) STRICT;

CREATE INDEX events_by_account ON events (account, id) WHERE account IS NOT NULL;

-- E-mails on their way. A row is deleted when its mail was sent or given up.
CREATE TABLE mails (
    id         INTEGER PRIMARY KEY,                     -- [internal]
    sealed     BLOB    NOT NULL,                        -- [sealed] address, subject, text
    attempts   INTEGER NOT NULL CHECK (attempts >= 0),  -- [internal] failed so far
    not_before INTEGER NOT NULL,                        -- [internal] time of the next try
    expires_at INTEGER NOT NULL                         -- [internal] time after which it is not sent
) STRICT;

CREATE INDEX mails_by_due ON mails (not_before, id);

PRAGMA application_id = 0x4c4b4559;  -- "LKEY"
PRAGMA user_version = 1;
