// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Codes as people and browsers put them in. Pure.

export function digitsOf(text: string): string {
    return text.replace(/\D/g, '');
}

/**
 * Whether a change of the field put in a whole code at once (pasted, or filled in by the
 * browser or keyboard). Typing the last digit by hand does not count: the person may still look
 * it over.
 */
export function cameAtOnce(before: string, after: string, length: number): boolean {
    const arrived = digitsOf(after).length;
    return arrived === length && arrived - digitsOf(before).length > 1;
}
