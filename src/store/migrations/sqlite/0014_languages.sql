-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- The language that an account's mails go in: that of the pages at its last sign-in.

ALTER TABLE accounts ADD COLUMN language TEXT NOT NULL DEFAULT '';  -- [personal] RFC 5646 or ''

PRAGMA user_version = 14;
