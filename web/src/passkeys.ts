// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The browser's WebAuthn calls.

import { withoutSecrets } from './answers';
import { type Capabilities, readCapabilities, type Way } from './ways';

/** Whether this browser has what we call. Without TLS it has not, either (but on localhost). */
export function canUsePasskeys(): boolean {
    return (
        typeof PublicKeyCredential === 'function' &&
        typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'
    );
}

/** Whether this device itself can check who holds it: by face, fingerprint or screen lock. */
export async function hasBiometrics(): Promise<boolean> {
    if (!canUsePasskeys()) return false;
    return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
}

export async function findCapabilities(): Promise<Capabilities> {
    if (typeof PublicKeyCredential.getClientCapabilities === 'function') {
        return readCapabilities({ ...(await PublicKeyCredential.getClientCapabilities()) });
    }
    const autofill = (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
    return { autofill, immediate: false };
}

// `uiMode` and `hints` are not in TypeScript's library yet.
type RequestOptions = CredentialRequestOptions & {
    publicKey: PublicKeyCredentialRequestOptions & { hints?: string[] };
    uiMode?: 'immediate';
};

/** Asks for a passkey; the response as JSON text. Throws what the browser throws. */
export async function askForPasskey(
    options: string,
    way: Way | 'autofill',
    signal: AbortSignal,
): Promise<string> {
    const request: RequestOptions = {
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(parseOptions(options)),
    };
    if (way === 'immediate') {
        request.uiMode = 'immediate'; // allows no signal: it ends by itself
    } else {
        request.signal = signal;
    }
    if (way === 'autofill') request.mediation = 'conditional';
    if (way === 'elsewhere') request.publicKey.hints = ['hybrid', 'security-key'];
    return toText(await navigator.credentials.get(request));
}

/** Creates a passkey where the person chooses; the response as JSON text. */
export async function createPasskey(options: string): Promise<string> {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(parseOptions(options));
    return toText(await navigator.credentials.create({ publicKey }));
}

function parseOptions<Options>(text: string): Options {
    return JSON.parse(text) as Options; // our own server's: the browser checks it
}

function toText(credential: Credential | null): string {
    if (!(credential instanceof PublicKeyCredential)) {
        throw new DOMException('no credential', 'NotAllowedError');
    }
    return JSON.stringify(withoutSecrets(credential.toJSON()));
}
