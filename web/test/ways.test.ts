// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseWay, freshForMs, isInApp, readCapabilities } from '../src/ways';

test('immediate UI where the browser has it and no passkey worked here before', () => {
    assert.equal(chooseWay({ autofill: true, immediate: true }, false), 'immediate');
});

test('the dialog where a passkey worked before, or where there is no immediate UI', () => {
    assert.equal(chooseWay({ autofill: true, immediate: true }, true), 'modal');
    assert.equal(chooseWay({ autofill: true, immediate: false }, false), 'modal');
});

test('only what the browser says is a capability', () => {
    const found = { conditionalGet: true, immediateGet: false, other: true };
    assert.deepEqual(readCapabilities(found), { autofill: true, immediate: false });
    assert.deepEqual(readCapabilities({}), { autofill: false, immediate: false });
});

test('a challenge is renewed at four fifths of its life, but never in a rush', () => {
    assert.equal(freshForMs(300_000), 240_000);
    assert.equal(freshForMs(undefined), 240_000);
    assert.equal(freshForMs(0), 10_000);
});

test("apps' built-in browsers are told from browsers", () => {
    const android = 'Mozilla/5.0 (Linux; Android 15; Pixel 9';
    const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36';
    assert.ok(isInApp(`${android}; wv) ${chrome}`));
    assert.ok(isInApp(`${android}) ${chrome} Instagram 400.0.0 Android`));
    assert.ok(isInApp('Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile/15E148 [FBAN/FBIOS;FBAV/500]'));
    assert.ok(!isInApp(`${android}) ${chrome}`));
    assert.ok(!isInApp('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'));
});
