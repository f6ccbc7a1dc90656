// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { useSite } from '../support/site.mjs';

/** A new person with an authenticator app and no passkey, signed in. */
async function signUpWithApp(person, site) {
    const address = site.newAddress();
    await person.open('/sign-in?return_to=/settings/security');
    await person.sendCode(address);
    await person.pasteCode(await site.mail.nextCode(address));
    await person.sees('Secure your account');
    await person.addApp();
    await person.link('I saved them').click();
    await person.isSignedIn(address);
    return address;
}

async function proveByCode(person, site, address) {
    await person.open('/sign-in?return_to=/settings/security');
    await person.sendCode(address);
    let code = await site.mail.next(address);
    while (!/^\d{8} /.test(code.subject)) code = await site.mail.next(address);
    await person.pasteCode(code.subject.slice(0, 8));
    await person.sees('Confirm it’s you');
}

describe('Two-step sign-in', () => {
    const site = useSite();

    test('an app that scanned the QR code secures a new account and signs in', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        const address = await signUpWithApp(ada, site);
        assert.equal(ada.app.protocol, 'otpauth:');
        assert.equal(ada.app.searchParams.get('issuer'), ada.app.pathname.split(/[/:]/).at(-2));
        assert.equal(ada.recoveryCodes.length, 10);
        assert.match((await site.mail.next(address)).subject, /^Two-step sign-in was turned on/);
        assert.equal((await ada.session()).headers['latchkey-acr'], 'urn:latchkey:2fa');
        await ada.signOut();

        await proveByCode(ada, site, address);
        assert.equal((await ada.session()).status, 401);
        await ada.open('/settings/security');
        await ada.sees('Confirm it’s you'); // who leaves comes back to it
        const code = await ada.nextAppCode();
        const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
        await ada.field('Code from your authenticator app').pressSequentially(wrong);
        await ada.button('Continue').click();
        await ada.hears('That code is not right, or was used before.');
        await ada.field('Code from your authenticator app').fill(code);
        await ada.isSignedIn(address);
    });

    test('a recovery code is another way in, once', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        const address = await signUpWithApp(ada, site);
        await ada.signOut();
        for (const [code, works] of [
            [ada.recoveryCodes[0].toLowerCase().replaceAll('-', ' '), true],
            [ada.recoveryCodes[0], false],
        ]) {
            await proveByCode(ada, site, address);
            await ada.link('Use a recovery code').click();
            await ada.field('Recovery code').fill(code);
            await ada.button('Continue').click();
            if (works) {
                await ada.isSignedIn(address);
                await ada.hears('Left: 9');
                await ada.signOut();
            } else {
                await ada.hears('That code is not right, or was used before.');
            }
        }
    });

    test('recovery codes can be copied and downloaded', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        const address = site.newAddress();
        await ada.open();
        await ada.sendCode(address);
        await ada.pasteCode(await site.mail.nextCode(address));
        await ada.addApp();
        await ada.button('Copy').click();
        await ada.hears('Copied.');
        const copied = await ada.paste();
        assert.deepEqual(copied.trim().split('\n'), ada.recoveryCodes);
        const arriving = ada.page.waitForEvent('download');
        await ada.button('Download').click();
        const file = await arriving;
        assert.equal(file.suggestedFilename(), 'recovery-codes-localhost.txt');
        assert.equal(readFileSync(await file.path(), 'utf8'), copied);
    });

    test('Settings turns an app on for who has a passkey, and off again', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.link('Set up an authenticator app').click();
        await ada.sees('Set up your authenticator app');
        await ada.scanWithApp();
        await ada.field('Code from the app').fill(ada.firstAppCode());
        await ada.sees('Save your recovery codes');
        await ada.link('I saved them').click();
        await ada.hears('Two-step sign-in is on.');
        await ada.hears('Left: 10');
        await ada.link('Turn off').click();
        await ada.sees('Turn off the authenticator app?');
        await ada.button('Turn off').click();
        await ada.hears('The authenticator app is off.');
    });

    test('who can do neither waits, and the owner stops it by the link in the mail', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        const address = await signUpWithApp(ada, site);
        await ada.signOut();
        await proveByCode(ada, site, address);
        await ada.startWait();
        assert.equal((await ada.session()).status, 401);
        await ada.open(await ada.stopLink(address));
        await ada.sees('Wasn’t it you?');
        await ada.button('Stop it').click();
        await ada.sees('It is stopped');
        await ada.open('/sign-in/second-step');
        await ada.button('Continue with Passkey').waitFor(); // what waited is over
        assert.match((await site.mail.next(address)).subject, /^Nobody gets in/);
    });

    test('it works without JavaScript', async (t) => {
        const ada = await site.meet(t, { authenticator: null, javaScriptEnabled: false });
        const address = site.newAddress();
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.addApp();
        await ada.link('I saved them').click();
        await ada.isSignedIn(address);
    });
});
