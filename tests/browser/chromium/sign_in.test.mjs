// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { strangeCredential } from '../support/authenticator.mjs';
import { useSite } from '../support/site.mjs';

describe('A person with a passkey signs in', () => {
    const site = useSite();

    /** Someone with a passkey, signed out. */
    async function returning(t, options) {
        const ada = await site.meet(t, options);
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.signOut();
        return { ada, address };
    }

    for (const transport of ['internal', 'usb']) {
        test(`with ${transport}, and no e-mail or name is asked for`, async (t) => {
            const { ada, address } = await returning(t, { authenticator: { transport } });
            const asked = [];
            ada.page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
            await ada.signIn(address);
            assert.deepEqual(
                asked.filter((each) => each.includes('/sign-in/email')),
                [],
            );
            assert.equal((await ada.session()).status, 200);
        });
    }

    test('by immediate UI where the browser has it', async (t) => {
        const { ada, address } = await returning(t);
        // A browser that does not know yet that passkeys work here.
        await ada.page.context().clearCookies();
        await ada.open('/sign-in?return_to=/settings/security');
        const asked = ada.page.waitForFunction(() => globalThis.asked.includes('immediate'));
        await ada.continueWithPasskey();
        await asked;
        await ada.isSignedIn(address);
    });

    test('by the modal dialog where the browser has no immediate UI', async (t) => {
        const { ada, address } = await returning(t, { without: ['immediateGet'] });
        await ada.page.context().clearCookies();
        await ada.open('/sign-in?return_to=/settings/security');
        const asked = ada.page.waitForFunction(() => globalThis.asked.includes('modal'));
        await ada.continueWithPasskey();
        await asked;
        await ada.isSignedIn(address);
    });

    test('by autofill on the e-mail field, without any click', async (t) => {
        const { ada, address } = await returning(t);
        await ada.authenticator.touch();
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.isSignedIn(address);
    });

    test('after autofill was armed: the button ends the waiting request and works', async (t) => {
        const { ada, address } = await returning(t);
        await ada.open('/sign-in?return_to=/settings/security');
        assert.match(await ada.field('E-mail').getAttribute('autocomplete'), /\bwebauthn\b/);
        await ada.continueWithPasskey();
        await ada.isSignedIn(address);
    });

    test('and gets the panel when no passkey is used; focus is on its heading', async (t) => {
        const ada = await site.meet(t);
        await ada.open();
        await ada.continueWithPasskey();
        await ada.sees('No passkey was used');
        const focused = await ada.page.evaluate(() => document.activeElement.textContent.trim());
        assert.equal(focused, 'No passkey was used');
        for (const name of [
            'Try again',
            'Use a passkey from my phone or a security key',
            'Add a passkey',
            'E-mail me a code',
        ]) {
            assert.ok(await ada.button(name).isVisible(), name);
        }
        assert.deepEqual(
            await ada.authenticator.credentials(),
            [],
            'nothing was created by itself',
        );
    });

    test('from the panel: try again works once the passkey is there', async (t) => {
        const { ada, address } = await returning(t);
        await ada.authenticator.recognize(false);
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.continueWithPasskey();
        await ada.sees('No passkey was used');
        await ada.authenticator.recognize(true);
        await ada.button('Try again').click();
        await ada.isSignedIn(address);
    });

    test('from the panel: a phone or security key is used through the modal dialog', async (t) => {
        const { ada, address } = await returning(t);
        await ada.authenticator.recognize(false);
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.continueWithPasskey();
        await ada.sees('No passkey was used');
        await ada.authenticator.recognize(true);
        await ada.button('Use a passkey from my phone or a security key').click();
        await ada.isSignedIn(address);
    });

    test('a passkey of no account is refused, and the password manager forgets it', async (t) => {
        const ada = await site.meet(t);
        const strange = strangeCredential('localhost');
        await ada.authenticator.add(strange);
        const deleted = ada.authenticator.nextDeleted();
        await ada.open();
        await ada.continueWithPasskey();
        await ada.hears(
            'This passkey was removed from your account. We asked your password manager',
        );
        assert.equal((await deleted).credentialId, strange.credentialId);
        assert.deepEqual(await ada.authenticator.credentials(), []);
        assert.equal((await ada.session()).status, 401);
    });

    test('a device-bound passkey whose counter went back is refused: perhaps a copy', async (t) => {
        const { ada, address } = await returning(t);
        const [{ credentialId }] = await ada.authenticator.credentials();
        await ada.authenticator.setSignCount(credentialId, 1000);
        await ada.signIn(address);
        await ada.signOut();
        await ada.authenticator.setSignCount(credentialId, 0);
        await ada.open();
        await ada.continueWithPasskey();
        await ada.alert().first().waitFor();
        assert.equal((await ada.session()).status, 401);
        assert.equal((await ada.authenticator.credentials()).length, 1, 'and it is not deleted');
    });

    test('a challenge of before a restart is replaced without a word of the person', async (t) => {
        const { ada, address } = await returning(t);
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.waitForAutofill();
        await site.server.restart();
        const answers = [];
        ada.page.on('response', (response) => {
            if (response.url().endsWith('/sign-in/passkey')) answers.push(response.status());
        });
        await ada.continueWithPasskey();
        await ada.isSignedIn(address); // autofill waits with the new challenge, and is touched
        assert.deepEqual(answers, [422, 200]);
    });

    test('a dead session cookie is worth nothing after signing out', async (t) => {
        const ada = await site.meet(t);
        await ada.signUp(site.newAddress());
        const cookies = await ada.page.context().cookies();
        await ada.signOut();
        await ada.page.context().addCookies(cookies);
        assert.equal((await ada.session()).status, 401);
        await ada.open('/settings/security');
        await ada.sees('Sign in to Example');
    });
});

describe('A person who lost the device', () => {
    const site = useSite();

    test('gets in by e-mail at once, is marked recovered and is told', async (t) => {
        const before = await site.meet(t);
        const address = site.newAddress();
        await before.signUp(address);
        assert.match((await site.mail.next(address)).subject, /passkey was added/);

        const ada = await site.meet(t); // another device
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.continueWithPasskey();
        await ada.sees('No passkey was used');
        await ada.button('E-mail me a code').click();
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.isSignedIn(address);
        await ada.hears('You signed in with your e-mail, not with a passkey.');
        assert.match((await site.mail.next(address)).subject, /without your passkey/);
        const { status, headers } = await ada.session();
        assert.equal(status, 200);
        assert.match(JSON.stringify(headers), /urn:latchkey:recovered/);
    });
});
