// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// What each of two implementations says of records of the test data (tests/support/vectors.hpp):
// Latchkey, by its program verify_vectors, and npm's @simplewebauthn/server.
import { execFileSync } from 'node:child_process';
import { mock } from 'node:test';

import {
    SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse,
} from '@simplewebauthn/server';

const formats = ['packed', 'tpm', 'android-key', 'android-safetynet', 'fido-u2f', 'apple'];

const bytes = (text) => Uint8Array.from(Buffer.from(text, 'base64url'));

/** What is expected of a response, in the words of SimpleWebAuthn. */
function expectations(record) {
    return {
        expectedChallenge: record.challenge,
        expectedOrigin: record.origins,
        expectedRPID: record.clientExtensionResults?.appid ? record.appid : record.rpId,
        requireUserVerification: record.userVerification === 'required',
    };
}

async function verifiesRegistration(record) {
    const { mode, trustRoots = [], time } = record.attestation ?? {};
    for (const identifier of formats) {
        SettingsService.setRootCertificates({
            identifier, certificates: mode === 'trusted' ? trustRoots.map(bytes) : [],
        });
    }
    mock.timers.enable({ apis: ['Date'], now: time ? Date.parse(time) : 0 });
    try {
        const id = record.detail?.credentialId ?? 'AA';
        const { clientDataJSON, attestationObject } = record;
        const { verified } = await verifyRegistrationResponse({
            ...expectations(record),
            response: {
                id, rawId: id, type: 'public-key', clientExtensionResults: {},
                response: { clientDataJSON, attestationObject, transports: [] },
            },
            requireUserPresence: record.mediation !== 'conditional',
            supportedAlgorithmIDs: record.algs,
        });
        return verified;
    } finally {
        mock.timers.reset();
    }
}

async function verifiesAssertion(record) {
    const { credentialId: id, clientDataJSON, authenticatorData, signature, userHandle } = record;
    const { verified } = await verifyAuthenticationResponse({
        ...expectations(record),
        expectedTopOrigin: record.topOrigins,
        response: {
            id, rawId: id, type: 'public-key',
            clientExtensionResults: record.clientExtensionResults ?? {},
            response: { clientDataJSON, authenticatorData, signature, userHandle },
        },
        credential: {
            id,
            publicKey: bytes(record.credentialPublicKey),
            counter: record.storedSignCount ?? 0,
            transports: [],
        },
    });
    return verified;
}

/** "accept", or "reject: " and why: whatever it throws is a refusal. */
export async function simpleWebAuthnSays(record) {
    try {
        const verified = record.kind === 'registration'
            ? await verifiesRegistration(record) : await verifiesAssertion(record);
        return verified ? 'accept' : 'reject: not verified';
    } catch (error) {
        return `reject: ${error.message}`;
    }
}

/** The same of Latchkey, for many records. */
export function latchkeySays(program, records) {
    const said = execFileSync(program, {
        input: records.map((record) => JSON.stringify(record)).join('\n'),
        maxBuffer: 2 ** 28,
        encoding: 'utf8',
    });
    return said.trim().split('\n').map((line) => {
        const { verdict, reason } = JSON.parse(line);
        return verdict === 'accept' ? verdict : `reject: ${reason}`;
    });
}
