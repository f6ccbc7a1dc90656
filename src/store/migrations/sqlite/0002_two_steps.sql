-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Sign-ins that another provider proved.

ALTER TABLE sign_ins ADD COLUMN issuer  TEXT;           -- [personal] NULL: another kind of proof
ALTER TABLE sign_ins ADD COLUMN subject TEXT;           -- [personal] who it is for the issuer

PRAGMA user_version = 2;
