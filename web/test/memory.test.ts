// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hasWorked, rememberItWorked } from '../src/memory';

test('the cookie is found among others, and only by its whole name and value', () => {
    assert.ok(hasWorked('a=1; latchkey_passkey_worked=1; b=2'));
    assert.ok(!hasWorked(''));
    assert.ok(!hasWorked('not_latchkey_passkey_worked=1'));
    assert.ok(!hasWorked('latchkey_passkey_worked=10'));
});

test('the cookie says nothing of the account and is sent over TLS only', () => {
    const page = { cookie: '' };
    rememberItWorked(page);
    const [pair, ...attributes] = page.cookie.split('; ');
    assert.equal(pair, 'latchkey_passkey_worked=1');
    assert.ok(hasWorked(pair));
    assert.deepEqual(attributes, ['Path=/', 'Max-Age=34560000', 'Secure', 'SameSite=Lax']);
});
