-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Whether a credential can be found without its id, as the client said when it was made.

ALTER TABLE passkeys ADD COLUMN
    discoverable INTEGER CHECK (discoverable IN (0, 1));  -- NULL: it did not say

PRAGMA user_version = 15;
