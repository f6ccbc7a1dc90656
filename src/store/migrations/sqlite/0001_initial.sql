-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The first schema. It is never edited after a release: what changes comes in the next number.
--
-- Times are milliseconds since 1970-01-01T00:00:00Z. Row ids come from `id_sequence`, one sequence
-- for all tables; none is ever given twice, so a deleted row never comes back under its id.
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
    version         INTEGER NOT NULL                    -- [internal] rises when factors change
                    CHECK (version >= 0),
    epoch           INTEGER NOT NULL                    -- [internal] rises to sign out everywhere
                    CHECK (epoch >= 0),
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
    suspended_at       INTEGER,                         -- [personal] time; NULL: active
    recovered_at       INTEGER,                         -- [personal] time; NULL: not by recovery
    row_mac            BLOB                             -- [verifier] of the row; NULL: none yet
                       CHECK (length(row_mac) = 32),
    UNIQUE (account, public_id)                         -- also finds the passkeys of an account
) STRICT;

-- When and where passkeys were last used, as far as `passkey_uses` has been merged into it.
CREATE TABLE passkey_last_uses (
    passkey INTEGER PRIMARY KEY REFERENCES passkeys (id) ON DELETE CASCADE,  -- [internal]
    at      INTEGER NOT NULL,                           -- [personal] time
    used_on TEXT    NOT NULL                            -- [personal] browser and system
) STRICT;

-- Uses of passkeys in the order in which they were committed, until they are merged into
-- `passkey_last_uses`: a sign-in adds to the end of a table instead of changing a random page.
CREATE TABLE passkey_uses (
    number  INTEGER PRIMARY KEY,                        -- [internal]
    passkey INTEGER NOT NULL,                           -- [internal] may be gone since
    at      INTEGER NOT NULL,                           -- [personal] time
    used_on TEXT    NOT NULL                            -- [personal] browser and system
) STRICT;

-- Signed-in browsers. The cookie holds the masked id and a secret of which only the hash is here.
-- No foreign key on `account`: it would need an index whose first column it is, which costs a
-- sign-in a random page. Opening a session checks the account, deleting an account its sessions.
CREATE TABLE sessions (
    id               INTEGER PRIMARY KEY,               -- [internal]
    token_hash       BLOB    NOT NULL CHECK (length(token_hash) = 32),  -- [verifier]
    account          INTEGER NOT NULL,                  -- [internal] accounts.id
    account_epoch    INTEGER NOT NULL CHECK (account_epoch >= 0),  -- [internal] when it was opened
    assurance        INTEGER NOT NULL CHECK (assurance BETWEEN 0 AND 15),  -- [personal] Assurance
    created_at       INTEGER NOT NULL,                  -- [personal] time
    authenticated_at INTEGER NOT NULL,                  -- [personal] time of the proof
    recovered_at     INTEGER,                           -- [personal] time; NULL: not recovered
    passkey          INTEGER,                           -- [internal] which signed in; may be gone
    browser          TEXT    NOT NULL,                  -- [personal]
    expires_at       INTEGER NOT NULL                   -- [internal] time
) STRICT;

-- The sessions of an account, bucket by bucket of 4096 ids: new ones fall into the last bucket,
-- a few pages that stay in memory. Finding those of one account looks into every bucket that
-- holds a session: about a thousand for a million sign-ins a day.
CREATE INDEX sessions_by_bucket ON sessions (id >> 12, account);

CREATE VIEW session_buckets AS
WITH RECURSIVE bucket (number) AS (
    SELECT min(id) >> 12 FROM sessions
    UNION ALL
    SELECT (SELECT min(id) FROM sessions WHERE id >= (number + 1) << 12) >> 12
    FROM bucket WHERE number IS NOT NULL
)
SELECT number FROM bucket WHERE number IS NOT NULL;

-- Sign-ins after their first proof and before their end.
CREATE TABLE sign_ins (
    id            INTEGER PRIMARY KEY,                  -- [internal]
    token_hash    BLOB    NOT NULL CHECK (length(token_hash) = 32),  -- [verifier]
    version       INTEGER NOT NULL                      -- [internal] each step compares and sets it
                  CHECK (version >= 0),
    state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 15),   -- [internal] SignInState
    account       INTEGER                               -- [internal] NULL: new person
                  REFERENCES accounts (id) ON DELETE CASCADE,
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
    mac           BLOB    NOT NULL CHECK (length(mac) = 32),          -- [verifier] keyed, of code
    address_key   BLOB    NOT NULL                      -- [verifier] keyed, of address
                  CHECK (length(address_key) = 32),
    account       INTEGER                               -- [internal] NULL: none had it
                  REFERENCES accounts (id) ON DELETE CASCADE,
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
    key       BLOB    NOT NULL                          -- [verifier] keyed hash of rule and subject
              CHECK (length(key) = 32),
    at        INTEGER NOT NULL,                         -- [personal] time
    events    INTEGER NOT NULL CHECK (events > 0),      -- [internal] how many in this millisecond
    leaves_at INTEGER NOT NULL,                         -- [internal] time at which its window ends
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
    account    INTEGER,                                 -- [internal] NULL: nobody's; may be gone
    network    TEXT    NOT NULL,                        -- [personal] IPv4 /24 or IPv6 /64
    browser    TEXT    NOT NULL,                        -- [personal]
    detail     TEXT    NOT NULL,                        -- [personal] a short word, never a secret
    operation  BLOB    NOT NULL                         -- [internal] the commit that wrote it
               CHECK (length(operation) = 16),
    chain_hash BLOB                                     -- [verifier] chained; NULL: not sealed yet
               CHECK (length(chain_hash) = 32)
) STRICT;

-- The events of an account: passkey sign-ins, which are nearly all there is, by buckets of ids as
-- with sessions; every other kind in order.
CREATE INDEX events_by_bucket ON events (id >> 12, account) WHERE kind = 'signed_in';
CREATE INDEX events_by_account ON events (account, id) WHERE kind <> 'signed_in';

-- E-mails on their way. A row is deleted when its mail was sent or given up.
CREATE TABLE mails (
    id         INTEGER PRIMARY KEY,                     -- [internal]
    attempts   INTEGER NOT NULL CHECK (attempts >= 0),  -- [internal] failed so far
    not_before INTEGER NOT NULL,                        -- [internal] time of the next try
    expires_at INTEGER NOT NULL,                        -- [internal] time when it is sent no more
    sealed     BLOB    NOT NULL                         -- [sealed] address, subject, text
) STRICT;

CREATE INDEX mails_by_due ON mails (not_before, id);
CREATE INDEX mails_by_expiry ON mails (expires_at);

PRAGMA application_id = 0x4c4b4559;  -- "LKEY"
PRAGMA user_version = 1;
