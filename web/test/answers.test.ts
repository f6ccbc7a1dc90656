// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
    readAccountSignal,
    readAnswer,
    readFresh,
    readLocation,
    withoutSecrets,
} from '../src/answers';

const signal = {
    rpId: 'example.com',
    userId: 'AQ',
    name: 'ada@example.com',
    displayName: 'Ada',
    allAcceptedCredentialIds: ['AA', 'BB'],
};

test('a location means: go there, and tell the password manager first', () => {
    const told = readAnswer({ location: '/a', signal });
    assert.deepEqual(told, { kind: 'go', location: '/a', signal });
    const plain = readAnswer({ location: '/a' });
    assert.deepEqual(plain, { kind: 'go', location: '/a', signal: undefined });
});

test('__proto__ or constructor in an answer changes no object (prototype pollution)', () => {
    const hostile = JSON.parse(
        '{"__proto__":{"location":"/evil"},"constructor":{"prototype":{"csrf":"evil"}},' +
            '"error":{"__proto__":{"code":"evil"}},"clientExtensionResults":{"__proto__":{"a":1}}}',
    );
    const plain: Record<string, unknown> = {};
    const answer = readAnswer(hostile);
    readFresh(hostile);
    withoutSecrets(hostile);
    assert.deepEqual(answer, {
        kind: 'refused',
        code: '',
        message: '',
        unknown: undefined,
        fresh: {},
    });
    assert.equal(plain['location'], undefined);
    assert.equal(plain['csrf'], undefined);
    assert.equal(plain['a'], undefined);
});

test('a refusal carries the words, a fresh challenge and what to forget', () => {
    const answer = readAnswer({
        error: { code: 'unknown_credential', message: 'Words.' },
        signal_unknown: { rpId: 'example.com', credentialId: 'AA' },
        csrf: 'c',
        ceremony: 's',
        options: '{}',
        more: 1,
    });
    assert.deepEqual(answer, {
        kind: 'refused',
        code: 'unknown_credential',
        message: 'Words.',
        unknown: { rpId: 'example.com', credentialId: 'AA' },
        fresh: { csrf: 'c', ceremony: 's', options: '{}' },
    });
});

test('an answer of another shape is a refusal without words', () => {
    for (const strange of [null, undefined, 1, 'text', [], {}, { error: 'x' }, { location: 1 }]) {
        assert.deepEqual(readAnswer(strange), {
            kind: 'refused',
            code: '',
            message: '',
            unknown: undefined,
            fresh: {},
        });
    }
});

test('a signal with anything missing or odd is no signal: a short list deletes passkeys', () => {
    assert.deepEqual(readAccountSignal(signal), signal);
    for (const key of Object.keys(signal)) {
        assert.equal(readAccountSignal({ ...signal, [key]: undefined }), undefined, key);
    }
    assert.equal(readAccountSignal({ ...signal, allAcceptedCredentialIds: ['AA', 1] }), undefined);
    assert.equal(readAccountSignal({ ...signal, allAcceptedCredentialIds: 'AA' }), undefined);
});

test('of a fresh challenge only texts are taken', () => {
    assert.deepEqual(readFresh({ csrf: 'c', ceremony: 1, options: null }), { csrf: 'c' });
});

test('what is sent holds no PRF output, and everything else', () => {
    const credential = {
        id: 'AA',
        response: { signature: 'BB' },
        clientExtensionResults: { prf: { results: { first: 'secret' } }, credProps: { rk: true } },
    };
    assert.deepEqual(withoutSecrets(credential), {
        id: 'AA',
        response: { signature: 'BB' },
        clientExtensionResults: { credProps: { rk: true } },
    });
});

test('only addresses of pages are gone to', () => {
    const base = 'https://id.example.com';
    assert.equal(readLocation('/settings', base)?.href, 'https://id.example.com/settings');
    assert.equal(readLocation('https://app.example.com/', base)?.href, 'https://app.example.com/');
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'blob:x', 'http://']) {
        assert.equal(readLocation(bad, base), undefined, bad);
    }
});
