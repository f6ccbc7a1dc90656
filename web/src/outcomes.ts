// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// What the errors of the browser's WebAuthn calls mean for the person. Pure.

/** After `navigator.credentials.get()`: what to show. */
export type GetOutcome = 'nothing' | 'panel' | 'not_set_up' | 'failed';

export function outcomeOfGet(error: unknown): GetOutcome {
    switch (nameOf(error)) {
        case 'AbortError':
            return 'nothing'; // by us: another call took over
        case 'NotAllowedError':
            return 'panel'; // cancelled, timed out or no passkey: browsers do not tell which
        case 'SecurityError':
            return 'not_set_up';
        default:
            return 'failed';
    }
}

/** After `navigator.credentials.create()`: the message to show. */
export type CreateOutcome =
    | 'nothing'
    | 'cancelled'
    | 'exists'
    | 'cannot_hold'
    | 'not_set_up'
    | 'failed';

export function outcomeOfCreate(error: unknown): CreateOutcome {
    switch (nameOf(error)) {
        case 'AbortError':
            return 'nothing';
        case 'NotAllowedError':
            return 'cancelled';
        case 'InvalidStateError':
            return 'exists'; // excludeCredentials names a passkey of this authenticator
        case 'ConstraintError': // no discoverable credentials, or no user verification
        case 'NotSupportedError': // none of our algorithms
            return 'cannot_hold';
        case 'SecurityError':
            return 'not_set_up';
        default:
            return 'failed';
    }
}

/** After either call for this device's biometrics: the message to show. */
export type BiometricsOutcome = 'cancelled' | 'exists' | 'cannot_hold' | 'not_set_up' | 'failed';

export function outcomeOfBiometrics(error: unknown): BiometricsOutcome {
    const outcome = outcomeOfCreate(error);
    return outcome === 'nothing' ? 'cancelled' : outcome; // nobody but the browser aborts these
}

function nameOf(error: unknown): string {
    return error instanceof Error || error instanceof DOMException ? error.name : '';
}
