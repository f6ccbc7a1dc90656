// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { FirefoxPerson, startFirefox } from '../support/firefox.mjs';
import { startLatchkey } from '../support/latchkey.mjs';
import { startMail } from '../support/mail.mjs';

describe('In Firefox', () => {
    let mail;
    let server;
    let firefox;
    before(async () => {
        mail = await startMail();
        server = await startLatchkey(mail);
        firefox = await startFirefox();
    });
    after(async () => {
        await firefox?.stop();
        await server?.stop();
        await mail?.stop();
    });

    test('a person signs up with a passkey, signs out, and signs in with it', async () => {
        const ada = new FirefoxPerson(firefox, server.origin);
        const address = 'ada@example.test';
        await ada.plugIn();

        await ada.open('/sign-in?return_to=/settings/security');
        await ada.press('Continue with Passkey');
        await ada.sees('No passkey was used');
        await ada.press('Add a passkey');
        await ada.fill('E-mail', address);
        await ada.press('Continue with e-mail');
        await ada.sees('Check your e-mail');
        await ada.fill('Code', await mail.nextCode(address));
        await ada.press('Continue');
        await ada.sees('Secure your account');
        await ada.press('Create a passkey');
        await ada.sees('Passkey saved');
        await ada.press('Continue');
        await ada.hears(`Signed in as ${address}`);
        assert.equal((await ada.credentials()).length, 1);

        await ada.press('Sign out');
        await ada.sees('You are signed out');
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.press('Continue with Passkey');
        await ada.hears(`Signed in as ${address}`);
    });
});
