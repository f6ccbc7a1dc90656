// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { useSite } from '../support/site.mjs';

describe('A new person signs up', () => {
    const site = useSite();

    for (const transport of ['internal', 'usb']) {
        test(`and the same button stores the passkey on ${transport}`, async (t) => {
            const ada = await site.meet(t, { authenticator: { transport } });
            const address = site.newAddress();
            await ada.signUp(address);
            const [credential, ...others] = await ada.authenticator.credentials();
            assert.equal(others.length, 0);
            assert.equal(credential.rpId, 'localhost');
            assert.ok(credential.isResidentCredential, 'it is discoverable');
            assert.equal(Buffer.from(credential.userHandle, 'base64').length, 64);
            assert.deepEqual((await ada.passkeyNames()).length, 1);
        });
    }

    test('and the owner of the address is told by e-mail', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        assert.match((await site.mail.next(address)).subject, /^A passkey was added/);
    });

    test('by e-mail first: no session before the passkey is there', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.sees('Secure your account');
        assert.equal((await ada.session()).status, 401);
        await ada.open('/settings/security');
        await ada.sees('Secure your account');
        await ada.createPasskey();
        await ada.sees('Passkey saved');
        assert.equal((await ada.session()).status, 200);
    });

    test('and is not recognized by the device: nothing is created', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.sees('Secure your account');
        await ada.authenticator.recognize(false);
        await ada.createPasskey();
        await ada.hears('The passkey was not created. Nothing has changed.');
        assert.equal((await ada.session()).status, 401);
        await ada.authenticator.recognize(true);
        await ada.createPasskey();
        await ada.sees('Passkey saved');
    });

    test('a wrong code is told with the tries left, and the fifth ends the code', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        const code = await site.mail.nextCode(address);
        const wrong = code === '00000000' ? '11111111' : '00000000';
        for (const left of [4, 3, 2, 1]) {
            await ada.enterCode(wrong);
            await ada.hears(`Tries left: ${left}.`);
        }
        await ada.enterCode(wrong);
        await ada.hears('it was tried too often');
        assert.equal(await ada.field('Code').count(), 0, 'no further guess is offered');
    });

    test('a code with spaces and a dash is taken as it was meant', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        const code = await site.mail.nextCode(address);
        await ada.pasteCode(` ${code.slice(0, 4)} - ${code.slice(4)} `);
        await ada.sees('Secure your account');
    });

    test('a restart of the server in the middle does not lose the sign-in', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.sees('Secure your account');
        await site.server.restart();
        await ada.page.reload();
        await ada.createPasskey();
        await ada.sees('Passkey saved');
    });
});
