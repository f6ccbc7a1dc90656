// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// A virtual authenticator of Chromium (DevTools protocol, domain WebAuthn), on one page.
import { generateKeyPairSync, randomBytes } from 'node:crypto';

/**
 * Plugs an authenticator into the page. `transport`: internal, usb, hybrid ...
 *
 * While nobody touches it (`isPresent` false) a request of the page stays open, as a dialog that
 * nobody answers. A touch is not remembered: only requests made after `touch()` are answered.
 */
export async function plugIn(
    devtools,
    { transport = 'internal', isPresent = false, isSynced = false } = {},
) {
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
            protocol: 'ctap2',
            ctap2Version: 'ctap2_1',
            transport,
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: isPresent,
            defaultBackupEligibility: isSynced,
            defaultBackupState: isSynced,
        },
    });
    return new Authenticator(devtools, authenticatorId);
}

class Authenticator {
    #devtools;
    #id;

    constructor(devtools, id) {
        this.#devtools = devtools;
        this.#id = id;
    }

    #send(method, params = {}) {
        return this.#devtools.send(`WebAuthn.${method}`, { authenticatorId: this.#id, ...params });
    }

    /** From now on every request is answered at once. */
    touch() {
        return this.#send('setAutomaticPresenceSimulation', { enabled: true });
    }

    /** From now on requests stay open. */
    leave() {
        return this.#send('setAutomaticPresenceSimulation', { enabled: false });
    }

    /** Whether face, finger or PIN are recognized. */
    recognize(isUserVerified) {
        return this.#send('setUserVerified', { isUserVerified });
    }

    unplug() {
        return this.#send('removeVirtualAuthenticator');
    }

    async credentials() {
        return (await this.#send('getCredentials')).credentials;
    }

    add(credential) {
        return this.#send('addCredential', { credential });
    }

    remove(credentialId) {
        return this.#send('removeCredential', { credentialId });
    }

    /** Sets the counter of a credential, as a copy of the device would have it. */
    async setSignCount(credentialId, signCount) {
        const credential = (await this.credentials()).find(
            (each) => each.credentialId === credentialId,
        );
        await this.remove(credentialId);
        await this.add({ ...credential, signCount });
    }

    /** Resolves with the credential when the page had one deleted (Signal API). */
    nextDeleted() {
        return this.#next('credentialDeleted');
    }

    /** Resolves with the credential when a new one is created. */
    nextAdded() {
        return this.#next('credentialAdded');
    }

    #next(event) {
        return new Promise((resolve) => {
            const listen = (told) => {
                if (told.authenticatorId !== this.#id) return;
                this.#devtools.off(`WebAuthn.${event}`, listen);
                resolve(told);
            };
            this.#devtools.on(`WebAuthn.${event}`, listen);
        });
    }
}

/** A discoverable credential that no account has. */
export function strangeCredential(rpId) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
        credentialId: randomBytes(32).toString('base64'),
        isResidentCredential: true,
        rpId,
        privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
        userHandle: randomBytes(64).toString('base64'),
        userName: 'nobody@example.test',
        signCount: 1,
    };
}
