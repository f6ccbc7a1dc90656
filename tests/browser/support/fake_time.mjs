// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The clock of a program, moved by libfaketime. What it measures by the steady clock goes on.
import assert from 'node:assert/strict';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

function libraryFile() {
    const file = path.join('faketime', 'libfaketimeMT.so.1');
    const found = readdirSync('/usr/lib', { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
        .map((entry) => path.join('/usr/lib', entry.name, file));
    assert.equal(found.length, 1, 'one architecture');
    return found[0];
}

/** The environment of a program that looks into `file` for its time, and what moves it. */
export function fakeTime(file) {
    let seconds = 0;
    const set = () => {
        // It is read at every look at the clock: never half written.
        writeFileSync(`${file}.new`, `+${seconds}\n`);
        renameSync(`${file}.new`, file);
    };
    set();
    return {
        env: {
            LD_PRELOAD: libraryFile(),
            FAKETIME_TIMESTAMP_FILE: file,
            FAKETIME_NO_CACHE: '1',
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
        passHours(hours) {
            seconds += hours * 3600;
            set();
        },
        secondsPassed: () => seconds,
    };
}

export const realTime = { env: {}, secondsPassed: () => 0 };
