// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { plugIn } from '../support/authenticator.mjs';
import { useSite } from '../support/site.mjs';

describe('Where passkeys must stay on one device', () => {
    const site = useSite({ extra: '[passkeys]\nstorage = "device"\n' });

    test('a synced one is refused with what to do, and forgotten; another is taken', async (t) => {
        const ada = await site.meet(t, { authenticator: { isSynced: true } });
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.sees('Secure your account');
        const forgotten = ada.authenticator.nextDeleted();
        await ada.createPasskey();
        await ada.hears('here a passkey must stay on one. Try again and store it on');
        assert.equal((await ada.session()).status, 401);
        await forgotten;
        assert.equal((await ada.authenticator.credentials()).length, 0);

        await ada.authenticator.unplug();
        ada.authenticator = await plugIn(ada.devtools, { transport: 'usb', isPresent: true });
        await ada.createPasskey();
        await ada.sees('Passkey saved');
        assert.equal((await ada.session()).status, 200);
    });
});
