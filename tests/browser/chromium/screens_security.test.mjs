// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { describe } from 'node:test';

import { accountScreens } from '../support/screens/account.mjs';
import { testEveryScreen } from '../support/screens/every.mjs';
import { securityScreens } from '../support/screens/security.mjs';
import { useSite } from '../support/site.mjs';

describe('Every screen of Settings, light, dark and 320 pixels wide', () => {
    const site = useSite({
        extra: 'trusted_proxies = ["127.0.0.1"]',
        providers: ['google', 'apple'],
        sms: true,
    });
    testEveryScreen(site, { ...securityScreens, ...accountScreens });
});
