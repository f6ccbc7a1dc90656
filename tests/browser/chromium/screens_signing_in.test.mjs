// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { describe } from 'node:test';

import { testEveryScreen } from '../support/screens/every.mjs';
import { app, signingInScreens } from '../support/screens/signing_in.mjs';
import { useSite } from '../support/site.mjs';

describe('Every screen on the way in, light, dark and 320 pixels wide', () => {
    const site = useSite({
        extra: `return_to = ["${app}"]\ntrusted_proxies = ["127.0.0.1"]`,
        providers: ['google', 'apple'],
        sms: true,
    });
    testEveryScreen(site, signingInScreens);
});
