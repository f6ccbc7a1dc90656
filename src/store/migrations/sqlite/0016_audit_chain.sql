-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The chain of audit events: each has a place, and a keyed hash over itself and the one before.

ALTER TABLE events ADD COLUMN position INTEGER;         -- [internal] in the chain, from 1 on

-- The end of the chain. One row, once there is an event.
CREATE TABLE audit_head (
    only     INTEGER PRIMARY KEY CHECK (only = 1),      -- [internal]
    position INTEGER NOT NULL CHECK (position > 0),     -- [internal] of the last event
    hash     BLOB    NOT NULL CHECK (length(hash) = 32) -- [verifier] its chain_hash
) STRICT;

-- Where the chain ended at times: what was there then is there for good.
CREATE TABLE audit_seals (
    position INTEGER PRIMARY KEY,                       -- [internal] of the last event
    at       INTEGER NOT NULL,                          -- [internal] time
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),  -- [verifier] its chain_hash
    mac      BLOB    NOT NULL CHECK (length(mac) = 32)  -- [verifier] of the three
) STRICT;

PRAGMA user_version = 16;
