// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { describe, test } from 'node:test';

import { hasGoodLooks } from '../support/looks.mjs';
import { app, screens } from '../support/screens.mjs';
import { useSite } from '../support/site.mjs';

describe('Every screen, light, dark and 320 pixels wide', () => {
    const site = useSite({
        extra: `return_to = ["${app}"]\ntrusted_proxies = ["127.0.0.1"]`,
        providers: ['google', 'apple'],
        sms: true,
    });
    // Each comes from a network of their own: one network gets 60 codes an hour.
    let networks = 0;
    const nextNetwork = () => ({ 'x-forwarded-for': `10.0.${++networks}.1` });

    for (const [name, reach] of Object.entries(screens)) {
        test(`${name}: no barrier that axe knows, and nothing sticks out`, async (t) => {
            const person = await site.meet(t, {
                reducedMotion: 'reduce',
                ignoreHTTPSErrors: true,
                extraHTTPHeaders: nextNetwork(),
            });
            await reach(person, site.newAddress());
            await hasGoodLooks(person, name);
        });
    }
});
