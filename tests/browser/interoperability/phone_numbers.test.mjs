// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// Phone numbers as people write them, read by Latchkey and by libphonenumber.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

import examples from 'libphonenumber-js/mobile/examples';
import { getExampleNumber } from 'libphonenumber-js/max';

import { root } from '../support/process.mjs';
import { generated, written } from './countries.mjs';

const program = path.join(root, 'build/dev/tests/support/read_phone_numbers');

/** What Latchkey reads in lines of COUNTRY, tab, number: the number as E.164, or "". */
function latchkeyReads(lines) {
    const said = execFileSync(program, { encoding: 'utf8', input: `${lines.join('\n')}\n` });
    return said.split('\n').slice(0, lines.length);
}

test('the table of countries is the one of the metadata', () => {
    assert.equal(written(), generated(), 'run node interoperability/countries.mjs');
});

test('each country’s example is read as libphonenumber reads it, however written', () => {
    const rows = [...written().matchAll(/^ {4}\{"(\w\w)".*, (\w+)\},$/gm)];
    assert.ok(rows.length > 200);
    const wanted = [];
    for (const [, country, rule] of rows) {
        const example = getExampleNumber(country, examples);
        if (!example) continue;
        for (const form of [example.number, example.formatInternational()]) {
            wanted.push([`${country}\t${form}`, example.number]);
        }
        const expected = rule === 'other' ? '' : example.number; // asked for with +
        wanted.push([`${country}\t${example.formatNational()}`, expected]);
    }
    assert.ok(wanted.length > 600);
    const read = latchkeyReads(wanted.map(([line]) => line));
    assert.deepEqual(wanted.map(([line], at) => `${line} ${read[at]}`),
        wanted.map(([line, number]) => `${line} ${number}`));
});
