-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Finds the suspended passkeys whose time to be restored is over.

CREATE INDEX passkeys_by_suspension ON passkeys (suspended_at) WHERE suspended_at IS NOT NULL;

PRAGMA user_version = 12;
