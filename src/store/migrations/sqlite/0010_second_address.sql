-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- An address that is told what the first one is told. It is no way in, so several accounts may have
-- the same.

ALTER TABLE accounts ADD COLUMN second_email TEXT;      -- [personal] NULL: none

PRAGMA user_version = 10;
