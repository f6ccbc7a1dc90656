// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// "A passkey worked in this browser": a cookie without a name or id in it, which the server does
// not read.

const name = 'latchkey_passkey_worked';
const maxAgeSeconds = 34_560_000; // 400 days, the most that browsers keep

export function hasWorked(cookies: string): boolean {
    return cookies.split('; ').includes(`${name}=1`);
}

export function rememberItWorked(document: Pick<Document, 'cookie'>): void {
    document.cookie = `${name}=1; Path=/; Max-Age=${maxAgeSeconds}; Secure; SameSite=Lax`;
}
