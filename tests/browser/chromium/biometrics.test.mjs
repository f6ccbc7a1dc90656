// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// This device's biometrics as the second step, with a platform authenticator of Chromium.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { biometricsScreens } from '../support/screens/biometrics.mjs';
import { testEveryScreen } from '../support/screens/every.mjs';
import { useSite } from '../support/site.mjs';

describe('This device’s biometrics', () => {
    const site = useSite({ extra: 'trusted_proxies = ["127.0.0.1"]' });

    async function proveByCode(person, address) {
        await person.open('/sign-in?return_to=/settings/security');
        await person.sendCode(address);
        let mail = await site.mail.next(address);
        while (!/^\d{8} /.test(mail.subject)) mail = await site.mail.next(address);
        await person.pasteCode(mail.subject.slice(0, 8));
        await person.sees('Confirm it’s you');
    }

    async function signUp(person) {
        const address = site.newAddress();
        await person.open('/sign-in?return_to=/settings/security');
        await person.sendCode(address);
        await person.pasteCode(await site.mail.nextCode(address));
        await person.sees('Secure your account');
        await person.addBiometrics();
        await person.link('I saved them').click();
        await person.isSignedIn(address);
        return address;
    }

    test('they secure a new account, and confirm a sign-in by e-mail', async (t) => {
        const ada = await site.meet(t);
        const address = await signUp(ada);
        const told = await site.mail.next(address);
        assert.match(told.subject, /^The biometrics of a device were turned on/);
        assert.equal((await ada.session()).headers['latchkey-acr'], 'urn:latchkey:2fa');
        assert.equal((await ada.authenticator.credentials()).length, 1);
        await ada.signOut();

        await ada.authenticator.leave();
        await proveByCode(ada, address);
        assert.equal((await ada.session()).status, 401);
        await ada.authenticator.touch();
        await ada.authenticator.recognize(false);
        await ada.useBiometrics();
        await ada.hears('Nothing was confirmed.');
        await ada.authenticator.recognize(true);
        await ada.useBiometrics();
        await ada.isSignedIn(address);
    });

    test('Settings leads into a sign-in to turn them on, and turns them off', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.link('Use this device’s biometrics').click();
        await ada.sees('Turn on this device’s biometrics');
        await ada.continueWithPasskey();
        await ada.sees('This device as your second step');
        // The passkey of this device is in the way: it needs no second step.
        await ada.button('Turn on').click();
        await ada.hears('This device is already set up for your account.');
    });

    test('a phone that keeps them like a passkey can make a passkey of them', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await biometricsScreens['add-passkey-promote'](ada, address);
        await ada.authenticator.recognize(false);
        await ada.button('Make it my passkey').click();
        await ada.hears('The passkey was not created. Nothing has changed.');
        await ada.authenticator.recognize(true);
        await ada.button('Make it my passkey').click();
        await ada.isSignedIn(address);
        assert.equal((await ada.authenticator.credentials()).length, 1);
        await ada.signOut();
        await ada.authenticator.leave();
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.continueWithPasskey();
        await ada.isSignedIn(address);
        assert.equal((await ada.session()).headers['latchkey-acr'], 'phr');
    });

    test('a device without a sensor or screen lock is not offered them', async (t) => {
        const ada = await site.meet(t, { authenticator: { transport: 'usb' } });
        const address = site.newAddress();
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.sendCode(address);
        await ada.pasteCode(await site.mail.nextCode(address));
        await ada.sees('Secure your account');
        await ada.link('Use an authenticator app instead').waitFor();
        assert.equal(await ada.link('Use this device’s biometrics instead').count(), 0);
        await ada.open('/sign-in/add-biometrics');
        await ada.hears('This device has no face, fingerprint or screen lock');
        assert.equal(await ada.button('Turn on').count(), 0);
    });

    test('beside a passkey on a security key: on, used, and off again', async (t) => {
        const ada = await site.meet(t, { authenticator: { transport: 'usb' } });
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.plugInAnother();
        await ada.open('/settings/security');
        await ada.link('Use this device’s biometrics').click();
        await ada.continueWithPasskey();
        await ada.sees('This device as your second step');
        await ada.button('Turn on').click();
        await ada.sees('Save your recovery codes');
        await ada.link('I saved them').click();
        await ada.hears('This device’s biometrics are on.');
        await ada.page.getByRole('link', { name: /^Turn off the biometrics of / }).click();
        await ada.sees('Turn off these biometrics?');
        await ada.button('Turn off').click();
        await ada.hears('That device’s biometrics are off.');
    });

    testEveryScreen(site, biometricsScreens);
});
