// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// What every file of browser tests stands on: one server, one mail server, one Chromium.
import { after, before } from 'node:test';

import { chromium } from 'playwright-core';

import { startLatchkey } from './latchkey.mjs';
import { startMail } from './mail.mjs';
import { Person } from './person.mjs';

const flags = [
    '--no-sandbox', // the tests run as root on some machines
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking', // nothing but loopback is spoken to
    '--disable-component-update',
    '--disable-sync',
];

export const launchChromium = () =>
    chromium.launch({
        executablePath: process.env.LATCHKEY_CHROMIUM ?? '/usr/bin/chromium',
        args: flags,
    });

/** Starts everything before the tests of a file and stops it after them. */
export function useSite(options = {}) {
    const site = {};
    before(async () => {
        site.mail = await startMail();
        site.server = await startLatchkey(site.mail, options);
        site.origin = site.server.origin;
        site.browser = await launchChromium();
    });
    after(async () => {
        await site.browser?.close();
        await site.server?.stop();
        await site.mail?.stop();
    });

    /** A person who leaves when the test ends. */
    site.meet = async (test, personOptions) => {
        const person = await Person.meet(site, personOptions);
        test.after(async () => {
            if (!test.passed) await person.photograph(test.name);
            await person.leave();
        });
        return person;
    };

    let addresses = 0;
    site.newAddress = (name = 'ada') => `${name}${++addresses}@example.test`;
    return site;
}
