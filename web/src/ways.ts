// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// How to ask for a passkey, and for how long a challenge is good. Pure.

/**
 * Asks at once and only if there is a passkey here; opens the browser's dialog; or opens it for a
 * passkey on another device.
 */
export type Way = 'immediate' | 'modal' | 'elsewhere';

export interface Capabilities {
    autofill: boolean;
    immediate: boolean;
}

/**
 * Immediate UI fails without a dialog where there is no passkey: right for a first visit. Where
 * one worked before, the dialog is right: it offers other devices, too.
 */
export function chooseWay(capabilities: Capabilities, workedHere: boolean): Way {
    return capabilities.immediate && !workedHere ? 'immediate' : 'modal';
}

/** What `getClientCapabilities()` says, as far as we ask. */
export function readCapabilities(found: Record<string, boolean | undefined>): Capabilities {
    return {
        autofill: found['conditionalGet'] === true,
        immediate: found['immediateGet'] === true,
    };
}

const defaultTimeoutMs = 300_000;
const shortestMs = 10_000;

/** When to fetch a new challenge: well before the old one ends. */
export function freshForMs(timeoutMs: number | undefined): number {
    return Math.max(shortestMs, (timeoutMs ?? defaultTimeoutMs) * 0.8);
}

/**
 * Whether an app shows us in a browser of its own, which often can't use passkeys. A guess by the
 * user agent: it chooses words, nothing else.
 */
export function isInApp(userAgent: string): boolean {
    const apps = /\b(FBAN|FBAV|Instagram|Line\/|MicroMessenger|Snapchat|TikTok|LinkedInApp|GSA\/)/;
    return apps.test(userAgent) || userAgent.includes('; wv)'); // wv: an Android WebView
}
