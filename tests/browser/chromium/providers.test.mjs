// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { useSite } from '../support/site.mjs';

describe('Continue with Google, and with Apple', () => {
    const site = useSite({ providers: ['google', 'apple'] });
    const meet = (t) => site.meet(t, { ignoreHTTPSErrors: true }); // certificates of today

    function newPerson(provider) {
        const address = site.newAddress();
        provider.expect(address);
        return address;
    }

    async function goAndAgree(ada, name) {
        await ada.link(`Continue with ${name}`).click();
        await ada.button('Agree').click();
    }

    async function signUp(ada, name, address) {
        await ada.open('/sign-in?return_to=/settings/security');
        await goAndAgree(ada, name);
        await ada.sees('Secure your account');
        assert.equal((await ada.session()).status, 401);
        await ada.createPasskey();
        await ada.sees('Passkey saved');
        await ada.link('Continue').click();
        await ada.isSignedIn(address);
        await ada.authenticator.leave();
        await site.mail.next(address); // that a passkey was added
    }

    for (const [kind, name] of Object.entries({ google: 'Google', apple: 'Apple' })) {
        test(`${name} leads to a passkey, and around a lost one with a word`, async (t) => {
            const ada = await meet(t);
            const address = newPerson(site[kind]);
            await signUp(ada, name, address);
            await ada.signOut();
            await ada.open('/sign-in?return_to=/settings/security');
            await ada.link(`Continue with ${name}`).click(); // still signed in there
            await ada.isSignedIn(address);
            assert.equal((await ada.session()).headers['latchkey-acr'], 'urn:latchkey:recovered');
            const told = await site.mail.next(address);
            assert.ok(told.text.includes(name), told.text);
            const cookies = await ada.page.context().cookies(site.origin);
            assert.ok(cookies.length > 0);
            for (const { name: cookie, sameSite } of cookies)
                assert.notEqual(sameSite, 'None', cookie);
        });

        test(`who cancels at ${name} is back, and has every other way`, async (t) => {
            const ada = await meet(t);
            const address = newPerson(site[kind]);
            await ada.open();
            await ada.link(`Continue with ${name}`).click();
            await ada.button('Cancel').click();
            await ada.hears('You didn’t finish signing in there.');
            await ada.sendCode(address);
        });

        test(`${name} is added under Security, signs in, and is removed`, async (t) => {
            const ada = await meet(t);
            const address = site.newAddress();
            await ada.signUp(address);
            await site.mail.next(address);
            const there = newPerson(site[kind]);
            await ada.link(`Add ${name}`).click();
            await ada.button('Agree').click();
            await ada.hears('That account can now sign in to yours.');
            await ada.hears(there);
            assert.match((await site.mail.next(address)).subject, new RegExp(`^${name}`));
            assert.equal(await ada.link(`Add ${name}`).count(), 0);
            await ada.link(`Remove ${name}`).click();
            await ada.sees(`Remove ${name}?`);
            await ada.button('Remove').click();
            await ada.isSignedIn(address);
            assert.match((await site.mail.next(address)).subject, new RegExp(`^${name}`));
            await ada.signOut();
            // The address of the account there is another one: who comes is somebody new.
            await ada.open();
            await ada.link(`Continue with ${name}`).click();
            await ada.sees('Secure your account');
        });
    }

    test('the address of an account lets nobody in: the way is told', async (t) => {
        const ada = await meet(t);
        const address = newPerson(site.google);
        await ada.signUp(address);
        await ada.signOut();
        await ada.open();
        await goAndAgree(ada, 'Google');
        await ada.alert().waitFor();
        assert.equal((await ada.session()).status, 401);
        await ada.signIn(address);
    });

    test('a provider that is down is said to be, and the passkey works', async (t) => {
        const ada = await meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        await ada.signOut();
        await site.server.restart(); // nothing of the providers is remembered
        site.google.isDown = true;
        t.after(() => (site.google.isDown = false));
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.link('Continue with Google').click();
        await ada.hears('That provider can’t be reached at the moment.');
        await ada.continueWithPasskey();
        await ada.isSignedIn(address);
    });

    test('Apple says that the consent was revoked: signed out, and told', async (t) => {
        const ada = await meet(t);
        const address = newPerson(site.apple);
        await signUp(ada, 'Apple', address);
        assert.equal(await site.apple.notify('email-disabled'), 200);
        assert.equal((await ada.session()).status, 200);
        assert.equal(await site.apple.notify('consent-revoked'), 200);
        assert.equal((await ada.session()).status, 401);
        assert.match((await site.mail.next(address)).subject, /^Apple/);
    });
});
