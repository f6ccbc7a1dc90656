// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The Signal API: tells the password manager what became of passkeys. Browsers without it, and
// password managers that refuse, are fine: nothing of ours depends on it, so failures are ignored.

import { type AccountSignal, readAccountSignal, type UnknownSignal } from './answers';

const patienceMs = 1_500; // the person waits for the next page meanwhile

/** The passkeys and names that the account has. Ends soon, whatever the browser does. */
export async function signalAccount(signal: AccountSignal): Promise<void> {
    const { rpId, userId, allAcceptedCredentialIds, name, displayName } = signal;
    const accepted = { rpId, userId, allAcceptedCredentialIds };
    const details = { rpId, userId, name, displayName };
    await soon([
        async () => PublicKeyCredential.signalAllAcceptedCredentials?.(accepted),
        async () => PublicKeyCredential.signalCurrentUserDetails?.(details),
    ]);
}

/** No account has this credential. Whether the password manager was told. */
export async function signalUnknown(signal: UnknownSignal): Promise<boolean> {
    if (typeof PublicKeyCredential.signalUnknownCredential !== 'function') return false;
    const results = await soon([async () => PublicKeyCredential.signalUnknownCredential(signal)]);
    return results?.every((result) => result.status === 'fulfilled') ?? false;
}

async function soon(
    calls: (() => Promise<void>)[],
): Promise<PromiseSettledResult<void>[] | undefined> {
    const patience = new Promise<undefined>((resolve) => {
        setTimeout(() => resolve(undefined), patienceMs);
    });
    return Promise.race([Promise.allSettled(calls.map((call) => call())), patience]);
}

/** `<latchkey-signals data-signal="…">`: signals the account when the page is opened. */
export class Signals extends HTMLElement {
    connectedCallback(): void {
        const text = this.dataset['signal'];
        if (!text || typeof PublicKeyCredential !== 'function') return;
        const signal = readAccountSignal(JSON.parse(text));
        if (signal) void signalAccount(signal);
    }
}
