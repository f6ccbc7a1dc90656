// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { type Answer, type Fresh, readAnswer, readFresh } from './answers';

/** Posts fields as a form would, and reads the answer; undefined: the server was not reached. */
export async function post(
    action: string,
    fields: Record<string, string>,
): Promise<Answer | undefined> {
    const answer = await ask(action, { method: 'POST', body: new URLSearchParams(fields) });
    return answer === undefined ? undefined : readAnswer(answer);
}

/** A fresh challenge for the sign-in page; undefined: the server was not reached. */
export async function fetchFresh(page: string): Promise<Fresh | undefined> {
    const answer = await ask(page, {});
    return answer === undefined ? undefined : readFresh(answer);
}

async function ask(address: string, request: RequestInit): Promise<unknown> {
    try {
        const headers = { Accept: 'application/json' };
        const response = await fetch(address, { ...request, headers });
        return await response.json();
    } catch {
        return undefined; // no network, or no JSON: the person is told the same
    }
}
