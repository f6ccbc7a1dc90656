// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { outcomeOfBiometrics, outcomeOfCreate, outcomeOfGet } from '../src/outcomes';

const named = (name: string) => new DOMException('text that browsers word as they like', name);

test('get: what was cancelled, timed out or not there leads to the panel', () => {
    assert.equal(outcomeOfGet(named('NotAllowedError')), 'panel');
});

test('get: our own abort says nothing', () => {
    assert.equal(outcomeOfGet(named('AbortError')), 'nothing');
});

test('get: a wrong RP ID is told as what it is', () => {
    assert.equal(outcomeOfGet(named('SecurityError')), 'not_set_up');
});

test('get: whatever else is a failure, also a reason that is no error', () => {
    assert.equal(outcomeOfGet(named('UnknownError')), 'failed');
    assert.equal(outcomeOfGet(new TypeError('x')), 'failed');
    assert.equal(outcomeOfGet('AbortError'), 'failed');
    assert.equal(outcomeOfGet(undefined), 'failed');
});

test('create: each error has its message', () => {
    const expected = {
        AbortError: 'nothing',
        NotAllowedError: 'cancelled',
        InvalidStateError: 'exists',
        ConstraintError: 'cannot_hold',
        NotSupportedError: 'cannot_hold',
        SecurityError: 'not_set_up',
        UnknownError: 'failed',
    };
    for (const [name, outcome] of Object.entries(expected)) {
        assert.equal(outcomeOfCreate(named(name)), outcome, name);
    }
});

test('biometrics: as creating, and an abort is the browser’s: nothing was confirmed', () => {
    assert.equal(outcomeOfBiometrics(named('AbortError')), 'cancelled');
    assert.equal(outcomeOfBiometrics(named('NotAllowedError')), 'cancelled');
    assert.equal(outcomeOfBiometrics(named('InvalidStateError')), 'exists');
    assert.equal(outcomeOfBiometrics(named('ConstraintError')), 'cannot_hold');
    assert.equal(outcomeOfBiometrics(named('UnknownError')), 'failed');
});
