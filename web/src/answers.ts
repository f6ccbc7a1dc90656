// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The server's JSON answers, read without trusting their shape. Pure.

/** What the password manager may be told of an account (Signal API). */
export interface AccountSignal {
    rpId: string;
    userId: string;
    allAcceptedCredentialIds: string[];
    name: string;
    displayName: string;
}

export interface UnknownSignal {
    rpId: string;
    credentialId: string;
}

/** A fresh challenge: the fields of the form and the options of the call. */
export interface Fresh {
    csrf?: string;
    ceremony?: string;
    options?: string;
}

export type Answer =
    | { kind: 'go'; location: string; signal: AccountSignal | undefined }
    | {
          kind: 'refused';
          code: string;
          message: string;
          unknown: UnknownSignal | undefined;
          fresh: Fresh;
      };

export function readAnswer(value: unknown): Answer {
    const model = asRecord(value);
    const location = model['location'];
    if (typeof location === 'string') {
        return { kind: 'go', location, signal: readAccountSignal(model['signal']) };
    }
    const error = asRecord(model['error']);
    return {
        kind: 'refused',
        code: asText(error['code']) ?? '',
        message: asText(error['message']) ?? '',
        unknown: readUnknownSignal(model['signal_unknown']),
        fresh: readFresh(model),
    };
}

export function readFresh(value: unknown): Fresh {
    const model = asRecord(value);
    const fresh: Fresh = {};
    for (const key of ['csrf', 'ceremony', 'options'] as const) {
        const text = asText(model[key]);
        if (text !== undefined) fresh[key] = text;
    }
    return fresh;
}

export function readAccountSignal(value: unknown): AccountSignal | undefined {
    const signal = asRecord(value);
    const ids = signal['allAcceptedCredentialIds'];
    const [rpId, userId] = [asText(signal['rpId']), asText(signal['userId'])];
    const [name, displayName] = [asText(signal['name']), asText(signal['displayName'])];
    // An incomplete list would make the password manager delete passkeys: all or nothing.
    if (!rpId || !userId || !name || !displayName || !Array.isArray(ids)) return undefined;
    if (!ids.every((id) => typeof id === 'string')) return undefined;
    return { rpId, userId, name, displayName, allAcceptedCredentialIds: ids };
}

function readUnknownSignal(value: unknown): UnknownSignal | undefined {
    const signal = asRecord(value);
    const [rpId, credentialId] = [asText(signal['rpId']), asText(signal['credentialId'])];
    return rpId && credentialId ? { rpId, credentialId } : undefined;
}

/**
 * A credential as JSON without the outputs of the PRF extension: they are keys of the person,
 * and a server has no business with them.
 */
export function withoutSecrets(credential: unknown): unknown {
    const { clientExtensionResults, ...rest } = asRecord(credential);
    const { prf: _prf, ...results } = asRecord(clientExtensionResults);
    return { ...rest, clientExtensionResults: results };
}

/** The address to go on to, or undefined if it is not one that a browser should open. */
export function readLocation(location: string, base: string): URL | undefined {
    if (!URL.canParse(location, base)) return undefined;
    const url = new URL(location, base);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string | undefined {
    return typeof value === 'string' ? value : undefined;
}
