-- SPDX-License-Identifier: Apache-2.0
-- Copyright the Latchkey developers
--
-- Which second step an account is asked for first, where its owner chose one.

CREATE TABLE preferred_second_steps (
    account INTEGER PRIMARY KEY                         -- [internal] at most one each
            REFERENCES accounts (id) ON DELETE CASCADE,
    second  INTEGER NOT NULL                            -- [personal] SecondStep
            CHECK (second BETWEEN 0 AND 15)
) STRICT;

PRAGMA user_version = 13;
