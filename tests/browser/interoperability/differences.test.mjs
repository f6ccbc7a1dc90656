// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The same responses through Latchkey and through @simplewebauthn/server: each difference stands in
// docs/interoperability.md, and each row there has its difference.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root } from '../support/process.mjs';
import { latchkeySays, simpleWebAuthnSays } from './verdicts.mjs';

const built = path.join(root, 'build/dev/tests');
const data = process.env.LATCHKEY_TEST_DATA ?? path.join(root, '../shared/data');

const linesOf = (text) => text.trim().split('\n').map((line) => JSON.parse(line));

function madeRecords() {
    return linesOf(execFileSync(path.join(built, 'support/make_records'), {
        encoding: 'utf8', maxBuffer: 2 ** 28,
    }));
}

/** Those of the test data; none where it is not there. */
function givenRecords() {
    const folder = path.join(data, 'webauthn');
    if (!existsSync(folder)) {
        assert.notEqual(process.env.LATCHKEY_TEST_DATA_REQUIRED, '1', `${folder} is not there`);
        return [];
    }
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl')).sort()
        .flatMap((name) => linesOf(readFileSync(path.join(folder, name), 'utf8')));
}

/** A text in which `*` stands for any text. */
function matches(pattern, text) {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

/** The rows of the page's tables. */
function listedRows() {
    const page = readFileSync(path.join(root, 'docs/interoperability.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (`.*`) \| `(.*)` \| `(.*)` \| (\w+) \| (.+) \|$/gm)];
    return rows.map(([, records, ours, theirs, right, why]) => {
        assert.match(right, /^(Latchkey|SimpleWebAuthn|both)$/);
        return {
            line: `${records} ${ours} ${theirs}`,
            records: [...records.matchAll(/`([^`]+)`/g)].map(([, pattern]) => pattern),
            describes: (difference) => matches(ours, difference.ours)
                && matches(theirs, difference.theirs),
            why,
        };
    });
}

/** The differences of `records`: who said what, without the word before a reason. */
async function differencesOf(records) {
    const ours = latchkeySays(path.join(built, 'verify_vectors'), records);
    const differences = [];
    for (const [index, record] of records.entries()) {
        const theirs = await simpleWebAuthnSays(record);
        if ((ours[index] === 'accept') === (theirs === 'accept')) continue;
        const reason = (said) => said.replace(/^reject: /, '');
        differences.push({ id: record.id, ours: reason(ours[index]), theirs: reason(theirs) });
    }
    return differences;
}

test('Latchkey and SimpleWebAuthn differ where the document says, and only there', async () => {
    const made = madeRecords();
    const given = givenRecords();
    assert.ok(made.length > 1000, `${made.length} records were made`);
    const rows = listedRows();
    const borneOut = new Set();
    const differences = await differencesOf([...made, ...given]);
    const unlisted = differences.filter((difference) => {
        const found = rows.filter((row) => row.describes(difference))
            .flatMap(({ records }) => records).filter((pattern) => matches(pattern, difference.id));
        found.forEach((pattern) => borneOut.add(pattern));
        return found.length === 0;
    });
    console.log(`${made.length} made, ${given.length} given, ${differences.length} differ`);
    assert.deepEqual(unlisted, []);
    // Without the test data only the rows of what is made can be borne out.
    const stale = rows.flatMap(({ records }) => records)
        .filter((pattern) => given.length > 0 || pattern.startsWith('made/'))
        .filter((pattern) => !borneOut.has(pattern));
    assert.deepEqual(stale, []);
});
