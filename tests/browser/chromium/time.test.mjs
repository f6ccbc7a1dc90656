// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// What hours and days change, on a server whose clock is moved on.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hasGoodLooks } from '../support/looks.mjs';
import { useSite } from '../support/site.mjs';

describe('As time passes', () => {
    const site = useSite({ faketime: true });

    test('a passkey is removed only with a proof younger than five minutes', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.addSecurityKey(address);
        site.server.passHours(0.1);
        await ada.askToRemove();
        await ada.link('Confirm it’s you').waitFor();
        await hasGoodLooks(ada, 'remove-proof');
        await ada.link('Confirm it’s you').click();
        await ada.sees('Confirm it’s you');
        await ada.continueWithPasskey();
        await ada.confirmRemoval(address);
        assert.equal((await ada.passkeyNames()).length, 2, 'a young account keeps it, turned off');
    });

    test('a code by e-mail is good for ten minutes', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        const code = await site.mail.nextCode(address);
        site.server.passHours(0.2);
        await ada.enterCode(code);
        await ada.alert().waitFor();
    });

    test('a session ends by itself after a day at the latest', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        assert.equal((await ada.session()).status, 200);
        site.server.passHours(25);
        assert.equal((await ada.session()).status, 401);
        await ada.open('/settings/security');
        await ada.button('Continue with Passkey').waitFor();
    });

    test('an account goes a week after its owner asked', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.link('Delete my account').click();
        await ada.button('Delete my account').click();
        await ada.hears('Your account is deleted in a week.');
        const isThere = async () =>
            (await site.server.command('user', 'list')).includes(address);
        site.server.passHours(24 * 7 - 1);
        await site.server.restart(); // what is done once a minute is done at the start too
        assert.ok(await isThere());
        site.server.passHours(2);
        await site.server.restart();
        while (await isThere()); // the time limit of the test ends this
        await ada.open();
        await ada.continueWithPasskey();
        await ada.hears('This passkey was removed from your account.');
    });

    test('who lost the app waits a day, is told, and gets in as recovered', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        const address = site.newAddress();
        const toSecondStep = async () => {
            await ada.open('/sign-in?return_to=/settings/security');
            await ada.sendCode(address);
            await ada.pasteCode(await site.mail.nextCode(address));
        };
        await toSecondStep();
        await ada.sees('Secure your account');
        await ada.addApp();
        await ada.link('I saved them').click();
        await ada.signOut();
        await site.mail.next(address); // two-step sign-in is on

        await toSecondStep();
        await ada.sees('Confirm it’s you');
        await ada.startWait();
        assert.match((await site.mail.next(address)).subject, /^Someone asked to get in/);
        site.server.passHours(13);
        assert.match((await site.mail.next(address)).subject, /asked to get in/);
        site.server.passHours(12);
        assert.match((await site.mail.next(address)).subject, /^You can get in/);

        await toSecondStep();
        await ada.sees('Confirm it’s you');
        await ada.link('I can’t do this').click();
        await ada.hears('The wait is over. You can get in now.');
        await hasGoodLooks(ada, 'second-step-waited');
        await ada.button('Continue').click();
        await ada.isSignedIn(address);
        assert.equal((await ada.session()).headers['latchkey-acr'], 'urn:latchkey:recovered');
    });
});
