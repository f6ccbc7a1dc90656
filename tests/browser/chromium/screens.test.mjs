// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { describe, test } from 'node:test';

import { hasGoodLooks } from '../support/looks.mjs';
import { app, screens } from '../support/screens.mjs';
import { useSite } from '../support/site.mjs';

describe('Every screen, light, dark and 320 pixels wide', () => {
    const site = useSite({
        extra: `return_to = ["${app}"]`, providers: ['google', 'apple'], sms: true,
    });

    for (const [name, reach] of Object.entries(screens)) {
        test(`${name}: no barrier that axe knows, and nothing sticks out`, async (t) => {
            const person = await site.meet(t, { reducedMotion: 'reduce', ignoreHTTPSErrors: true });
            await reach(person, site.newAddress());
            await hasGoodLooks(person, name);
        });
    }
});
