-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- When a session was last used. One of before that was opened long ago counts as idle.

ALTER TABLE sessions ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;  -- [personal] time

UPDATE sessions SET last_seen_at = created_at;

PRAGMA user_version = 7;
