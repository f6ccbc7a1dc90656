// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { plugIn, strangeCredential } from '../support/authenticator.mjs';
import { useSite } from '../support/site.mjs';

describe('Settings: a signed-in person', () => {
    const site = useSite();

    async function signedUp(t, options) {
        const ada = await site.meet(t, options);
        const address = site.newAddress();
        await ada.signUp(address);
        await site.mail.next(address); // "a passkey was added"
        return { ada, address };
    }

    /** The same with a second passkey, on a security key. */
    async function addSecond(ada, address) {
        await ada.addSecurityKey(address);
        assert.match((await site.mail.next(address)).subject, /A passkey was added/);
    }

    test('adds a second passkey by signing in again, and comes back', async (t) => {
        const { ada, address } = await signedUp(t);
        await addSecond(ada, address);
        assert.equal((await ada.passkeyNames()).length, 2);
        await ada.signOut();
        await ada.signIn(address); // with the new one: the first is unplugged
    });

    test('is told when an authenticator already has a passkey of the account', async (t) => {
        const { ada } = await signedUp(t);
        await ada.proveToAdd();
        await ada.createPasskey();
        await ada.hears('already has a passkey for your account');
        assert.equal((await ada.authenticator.credentials()).length, 1);
    });

    test('replaces the only passkey: the new one signs in, the old one is off', async (t) => {
        const { ada, address } = await signedUp(t);
        const old = ada.authenticator;
        await ada.page.getByRole('link', { name: /^Replace / }).click();
        await ada.sees('Replace a passkey');
        await ada.continueWithPasskey();
        await ada.sees('Create the new passkey');
        await old.leave();
        ada.authenticator = await plugIn(ada.devtools, { transport: 'usb', isPresent: true });
        await ada.createPasskey();
        await ada.isSignedIn(address);
        assert.equal((await ada.authenticator.credentials()).length, 1);
        assert.match((await site.mail.next(address)).subject, /replaced/);
        // Younger than a day, it is turned off, not gone: its owner may restore it.
        assert.equal((await ada.passkeyNames()).length, 2);
        await ada.hears('It can’t be used to sign in');
        await ada.signOut();
        await old.unplug();
        await ada.signIn(address);
    });

    test('renames a passkey; the name is shown as text, whatever it contains', async (t) => {
        const { ada } = await signedUp(t);
        const name = '<img src=x onerror=alert(1)> Ada’s';
        await ada.page.getByText('Rename', { exact: true }).click();
        await ada.field('Name').fill(name);
        await ada.button('Save name').click();
        await ada.hears('The new name is saved.');
        assert.deepEqual(await ada.passkeyNames(), [name]);
    });

    test('cannot remove the last passkey, and is shown how to replace it', async (t) => {
        const { ada } = await signedUp(t);
        assert.equal(await ada.page.getByRole('link', { name: /^Remove / }).count(), 0);
        const replace = await ada.page
            .getByRole('link', { name: /^Replace / })
            .getAttribute('href');
        const id = new URL(replace, site.origin).searchParams.get('replaces');
        await ada.open(`/settings/passkeys/${id}/remove`);
        await ada.hears('It is your only passkey');
        assert.ok(await ada.link('Replace it').isVisible());
    });

    test('removes one of two after a question; a young account has it turned off', async (t) => {
        const { ada, address } = await signedUp(t);
        await addSecond(ada, address);
        await ada.askToRemove();
        await ada.link('Keep').click();
        assert.equal((await ada.passkeyNames()).length, 2);
        await ada.askToRemove();
        await ada.confirmRemoval(address);
        assert.match((await site.mail.next(address)).subject, /removed|turned off/);
        assert.equal(await ada.page.getByRole('link', { name: /^Remove / }).count(), 0);
    });

    test('opens the page: a password manager that keeps a dead passkey is told', async (t) => {
        const { ada, address } = await signedUp(t);
        const [own] = await ada.authenticator.credentials();
        const other = await plugIn(ada.devtools, { transport: 'usb' });
        const dead = { ...strangeCredential('localhost'), userHandle: own.userHandle };
        await other.add(dead);
        const deleted = other.nextDeleted();
        await ada.open('/settings/security');
        await ada.isSignedIn(address);
        assert.equal((await deleted).credentialId, dead.credentialId);
        const left = await ada.authenticator.credentials();
        assert.deepEqual(
            left.map((each) => each.credentialId),
            [own.credentialId],
        );
    });

    test('sees which passkey signed in, and whether it is synced', async (t) => {
        const { ada } = await signedUp(t, { authenticator: { isSynced: true } });
        await ada.hears('Synced');
        await ada.hears('Used to sign in just now');
        const other = await signedUp(t);
        await other.ada.hears('On this device only');
        await other.ada.hears('Your only passkey is on one device.');
    });

    test('sees the sessions, and ends the other one with a click', async (t) => {
        const { ada, address } = await signedUp(t);
        const other = await site.meet(t, { authenticator: null });
        await other.signInByCode(address);
        await ada.open('/settings/security');
        const sessions = ada.section('Sessions').getByRole('listitem');
        assert.equal(await sessions.count(), 2);
        await sessions.first().getByText('This browser').waitFor();
        assert.match(await sessions.last().textContent(), /Chrom.* on Linux/);
        await sessions.last().getByRole('button', { name: /^Sign out / }).click();
        await ada.hears('That browser is signed out.');
        assert.equal(await sessions.count(), 1);
        assert.equal((await other.session()).status, 401);
        assert.equal((await ada.session()).status, 200);
    });

    test('signs out all others', async (t) => {
        const { ada, address } = await signedUp(t);
        const other = await site.meet(t, { authenticator: null });
        await other.signInByCode(address);
        await ada.open('/settings/security');
        await ada.button('Sign out all others').click();
        await ada.hears('All other browsers are signed out.');
        assert.equal((await other.session()).status, 401);
        assert.equal((await ada.session()).status, 200);
        assert.equal(await ada.button('Sign out all others').count(), 0);
    });

    test('is told of a passkey sign-in in another browser, not of one in this', async (t) => {
        const { ada, address } = await signedUp(t);
        await ada.signOut();
        await ada.signIn(address);
        const other = await site.meet(t, { authenticator: null });
        await other.signInByCode(address);
        assert.match((await site.mail.next(address)).subject, /without your passkey/);
    });

    test('changes the address by codes to both, and goes on with the new one', async (t) => {
        const { ada, address } = await signedUp(t);
        const next = site.newAddress('next');
        await ada.changeAddress(address, next);
        await ada.isSignedIn(next);
        assert.match((await site.mail.next(address)).subject, /was changed/);
        await ada.signOut();
        await ada.signIn(next);
    });

    test('takes the address back by the link to the old one, and a passkey', async (t) => {
        const { ada, address } = await signedUp(t);
        await ada.changeAddress(address, site.newAddress('next'));
        await ada.signOut();
        await ada.open(await ada.stopLink(address));
        await ada.sees('Wasn’t it you?');
        await ada.link('Confirm it’s you').click();
        await ada.continueWithPasskey();
        await ada.button('Take the address back').click();
        await ada.hears('You have your address back.');
        await ada.isSignedIn(address);
    });

    test('downloads the data', async (t) => {
        const { ada, address } = await signedUp(t);
        const started = ada.page.waitForEvent('download');
        await ada.link('Download my data').click();
        const file = await started;
        assert.equal(file.suggestedFilename(), 'account.json');
        const data = JSON.parse(readFileSync(await file.path(), 'utf8'));
        assert.equal(data.account.email, address);
        assert.equal(data.passkeys.length, 1);
    });

    test('deletes the account: signed out, and a sign-in keeps it', async (t) => {
        const { ada, address } = await signedUp(t);
        await ada.link('Delete my account').click();
        await ada.sees('Delete your account?');
        await ada.button('Delete my account').click();
        await ada.sees('You are signed out');
        await ada.hears('Your account is deleted in a week.');
        assert.match((await site.mail.next(address)).subject, /will be deleted/);
        await ada.signIn(address);
        assert.match((await site.mail.next(address)).subject, /stays/);
    });

    test('reads the activity, and filters it', async (t) => {
        const { ada } = await signedUp(t);
        await ada.link('Show activity').click();
        await ada.sees('Activity');
        const events = ada.page.getByRole('listitem').getByRole('heading', { level: 2 });
        assert.deepEqual(await events.allTextContents(), [
            'Signed in',
            'Passkey added',
            'Account created',
        ]);
        await ada.link('Changes').click();
        await ada.page.getByRole('link', { name: 'Changes', current: 'page' }).waitFor();
        assert.deepEqual(await events.allTextContents(), ['Passkey added', 'Account created']);
        await ada.link('Attempts').click();
        await ada.page.getByRole('link', { name: 'Attempts', current: 'page' }).waitFor();
        await ada.link('Back to Security').click();
        await ada.sees('Security');
    });

    test('a page of another tab that is out of date changes nothing', async (t) => {
        const { ada, address } = await signedUp(t);
        const stale = await ada.page.context().newPage();
        await stale.goto('/settings/security');
        await ada.signOut();
        await stale.getByText('Rename', { exact: true }).click();
        await stale.getByLabel('Name', { exact: true }).fill('Mallory');
        await stale.getByRole('button', { name: 'Save name' }).click();
        await stale.waitForLoadState();
        await ada.signIn(address);
        assert.ok(!(await ada.passkeyNames()).includes('Mallory'));
    });
});
