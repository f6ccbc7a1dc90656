// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cameAtOnce, digitsOf } from '../src/code';

test('spaces, dashes and words around a code are left out', () => {
    assert.equal(digitsOf(' 1234-5678\n'), '12345678');
    assert.equal(digitsOf('Your code: 1234 5678'), '12345678');
    assert.equal(digitsOf(''), '');
});

test('a pasted or filled-in code came at once, over an unfinished one too', () => {
    assert.ok(cameAtOnce('', '1234 5678', 8));
    assert.ok(cameAtOnce('123', '12345678', 8));
});

test('the last digit typed by hand did not: the person may look it over', () => {
    assert.ok(!cameAtOnce('1234567', '12345678', 8));
});

test('a code that is too short or too long did not', () => {
    assert.ok(!cameAtOnce('', '1234567', 8));
    assert.ok(!cameAtOnce('', '123456789', 8));
    assert.ok(!cameAtOnce('12345678', '12345678', 8));
});
