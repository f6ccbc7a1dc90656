// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { plugIn } from '../support/authenticator.mjs';
import { useSite } from '../support/site.mjs';

describe('Who finds somebody else in the account', () => {
    const site = useSite();

    test('gets a passkey back that was turned off, by a code and that passkey', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        const old = ada.authenticator;
        await ada.page.getByRole('link', { name: /^Replace / }).click();
        await ada.continueWithPasskey();
        await ada.sees('Create the new passkey');
        await old.leave();
        const key = await plugIn(ada.devtools, { transport: 'usb', isPresent: true });
        ada.authenticator = key;
        await ada.createPasskey();
        await ada.isSignedIn(address);
        await ada.hears('It can’t be used to sign in');
        await ada.signOut();
        await key.unplug();
        ada.authenticator = old;

        await ada.open();
        await ada.continueWithPasskey();
        await ada.hears('This passkey is turned off.');
        await ada.link('Get a passkey back').click();
        await ada.sees('Get a passkey back');
        await ada.sendCode(address);
        let mail = await site.mail.next(address);
        while (!/^\d{8} /.test(mail.subject)) mail = await site.mail.next(address);
        await ada.pasteCode(mail.subject.slice(0, 8));
        await ada.sees('Now use your passkey');
        assert.equal((await ada.session()).status, 401);
        await old.touch();
        await ada.button('Use my passkey').click();
        await ada.hears('Your passkey is back');
        await ada.isSignedIn(address);
        assert.equal((await ada.session()).headers['latchkey-acr'], 'phr');
        assert.match((await site.mail.next(address)).subject, /is back$/);
    });

    test('is told on every page, and signs everybody out', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        await site.mail.next(address); // that a passkey was added
        const eve = await ada.getInElsewhere(address);
        assert.equal((await eve.session()).headers['latchkey-acr'], 'urn:latchkey:recovered');
        await ada.open('/help');
        await ada.hears('Somebody signed in to your account');
        await ada.link('This wasn’t me').click();
        await ada.sees('Wasn’t it you?');
        await ada.button('Stop it').click();
        await ada.sees('It is stopped');
        for (const person of [ada, eve]) assert.equal((await person.session()).status, 401);
        await eve.leave();
    });
});
