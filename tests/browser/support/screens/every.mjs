// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { test } from 'node:test';

import { hasGoodLooks } from '../looks.mjs';

/** A test for each of the `screens`, which are named by what they show: name -> the way there. */
export function testEveryScreen(site, screens) {
    // Each comes from a network of their own: one network gets 60 codes an hour.
    let networks = 0;
    for (const [name, reach] of Object.entries(screens)) {
        test(`${name}: no barrier that axe knows, and nothing sticks out`, async (t) => {
            const person = await site.meet(t, {
                reducedMotion: 'reduce',
                ignoreHTTPSErrors: true,
                extraHTTPHeaders: { 'x-forwarded-for': `10.0.${++networks}.1` },
            });
            await reach(person, site.newAddress());
            await hasGoodLooks(person, name);
        });
    }
}
