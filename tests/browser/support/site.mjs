// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// What every file of browser tests stands on: one server, one mail server, one Chromium.
import { after, before } from 'node:test';

import { chromium } from 'playwright-core';

import { startLatchkey } from './latchkey.mjs';
import { startKannel } from './kannel.mjs';
import { startMail } from './mail.mjs';
import { Person } from './person.mjs';
import { Provider } from './provider.mjs';

const flags = [
    '--no-sandbox', // the tests run as root on some machines
    '--disable-gpu',
    '--disable-gpu-rasterization', // which Debian turns on, and a processor does slowly
    '--disable-software-rasterizer',
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

/**
 * Starts everything before the tests of a file and stops it after them. `providers`: the other
 * providers that people may come by ('google', 'apple'), as `site.google`, `site.apple`. `sms`: a
 * gateway for text messages and who reads them, as `site.phones`. `faketime`:
 * `site.server.passHours` moves the server's clock.
 */
export function useSite({
    extra = '',
    brand = '',
    providers = [],
    sms = false,
    faketime = false,
} = {}) {
    const site = {};
    before(async () => {
        site.mail = await startMail();
        for (const kind of providers) site[kind] = await Provider.start(kind);
        if (sms) site.phones = await startKannel();
        const sections =
            providers.map((kind) => site[kind].section()).join('') + (site.phones?.section() ?? '');
        site.server = await startLatchkey(site.mail, { extra, brand, sections, faketime });
        for (const kind of providers) site[kind].register(site.server.origin);
        site.origin = site.server.origin;
        site.browser = await launchChromium();
    });
    after(async () => {
        await site.browser?.close();
        await site.server?.stop();
        await site.mail?.stop();
        await site.phones?.stop();
        for (const kind of providers) await site[kind]?.stop();
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
