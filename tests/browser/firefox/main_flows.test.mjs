// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { codeOf, currentStep } from '../support/app.mjs';
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

    let people = 0;
    /** A person with a browser profile that never was here. */
    const meet = async () => {
        await firefox.forget();
        return new FirefoxPerson(firefox, server.origin, mail, `ada${++people}@example.test`);
    };

    test('a person signs up with a passkey, signs out, and signs in with it', async () => {
        const ada = await meet();
        await ada.plugIn();
        await ada.signUp();
        assert.equal((await ada.credentials()).length, 1);
        await ada.signOut();
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.press('Continue with Passkey');
        await ada.isSignedIn();
        await ada.unplug();
    });

    test('an authenticator app secures a new account, and confirms a sign-in', async () => {
        const ada = await meet();
        await ada.proveByCode();
        await ada.sees('Secure your account');
        await ada.press('Use an authenticator app instead');
        await ada.sees('Set up your authenticator app');
        const link = await ada.evaluate(
            `return document.querySelector('a[href^="otpauth:"]').href`,
        );
        const secret = new URL(link).searchParams.get('secret');
        await ada.waitForAppStep();
        const first = currentStep() - 1; // so that the next one is left for the sign-in
        await ada.fill('Code from the app', codeOf(secret, first));
        await ada.press('Turn on');
        await ada.sees('Save your recovery codes');
        await ada.press('I saved them');
        await ada.isSignedIn();
        await ada.signOut();
        assert.match((await mail.next(ada.address)).subject, /^Two-step sign-in was turned on/);

        await ada.proveByCode();
        await ada.sees('Confirm it’s you');
        await ada.fill('Code from your authenticator app', codeOf(secret, first + 1));
        await ada.press('Continue');
        await ada.isSignedIn();
    });

    test('who lost the passkey gets in by e-mail, is told, and creates another', async () => {
        const ada = await meet();
        await ada.plugIn();
        await ada.signUp();
        assert.match((await mail.next(ada.address)).subject, /passkey was added/);
        await ada.signOut();
        await ada.unplug(); // and with it the passkey

        await ada.proveByCode();
        await ada.isSignedIn();
        await ada.hears('You signed in with your e-mail, not with a passkey.');
        assert.match((await mail.next(ada.address)).subject, /without your passkey/);
        await ada.plugIn();
        await ada.press('Add a passkey');
        await ada.sees('Add a passkey');
        await ada.fill('E-mail', ada.address);
        await ada.press('Continue with e-mail');
        await ada.sees('Check your e-mail');
        await ada.enterCode();
        await ada.sees('Create a passkey');
        await ada.press('Create a passkey');
        await ada.isSignedIn();
        assert.equal((await ada.credentials()).length, 1);
        await ada.unplug();
    });

    test('the only passkey is replaced by one on a security key', async () => {
        const ada = await meet();
        await ada.plugIn();
        await ada.signUp();
        assert.match((await mail.next(ada.address)).subject, /passkey was added/);
        await ada.follow('Replace ');
        await ada.sees('Replace a passkey');
        await ada.press('Continue with Passkey');
        await ada.sees('Create the new passkey');
        await ada.unplug();
        await ada.plugIn('usb');
        await ada.press('Create a passkey');
        await ada.isSignedIn();
        assert.equal((await ada.credentials()).length, 1);
        assert.match((await mail.next(ada.address)).subject, /replaced/);
        await ada.hears('It can’t be used to sign in');
        await ada.unplug();
    });
});
