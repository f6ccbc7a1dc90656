// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The screens of Settings → Security.
import { toPhoneInSettings, toRecoveryCodes } from './ways.mjs';

async function toLinked(person, address) {
    await person.signUp(address);
    person.site.google.expect(`there-${address}`);
    await person.link('Add Google').click();
    await person.button('Agree').click();
    await person.hears('That account can now sign in to yours.');
}

/** Signed in, and somebody else got in with a code. */
async function toAlert(person, address) {
    await person.signUp(address);
    await person.site.mail.next(address); // that a passkey was added
    await person.getInElsewhere(address);
    await person.open('/help');
    await person.hears('Somebody signed in to your account');
}

export const securityScreens = {
    'security-two-step': async (person, address) => {
        await toRecoveryCodes(person, address);
        await person.link('I saved them').click();
        await person.isSignedIn(address);
    },
    'turn-off-last-app': async (person, address) => {
        await toRecoveryCodes(person, address);
        await person.open('/settings/app/turn-off');
        await person.hears('It is all that secures your account');
    },
    'new-recovery-codes': async (person, address) => {
        await toRecoveryCodes(person, address);
        await person.open('/settings/recovery-codes');
        await person.sees('Make new recovery codes?');
    },
    'security-phone': toPhoneInSettings,
    'turn-off-phone': async (person, address) => {
        await toPhoneInSettings(person, address);
        await person.open('/settings/phone/turn-off');
        await person.sees('Turn off codes by text message?');
    },
    'security-alert': async (person, address) => {
        await toAlert(person, address);
        await person.open('/settings/security');
        await person.isSignedIn(address);
    },
    'not-me-session': async (person, address) => {
        await toAlert(person, address);
        await person.link('This wasn’t me').click();
        await person.sees('Wasn’t it you?');
    },
    'set-up-app-frozen': async (person, address) => {
        await toAlert(person, address);
        await person.link('This wasn’t me').click();
        await person.button('Stop it').click();
        await person.sees('It is stopped');
        await person.signIn(address);
        await person.link('Set up an authenticator app').click();
        await person.hears('You said “This wasn’t me” a short while ago.');
    },
    security: (person, address) => person.signUp(address),
    'security-sessions': async (person, address) => {
        await person.signUp(address);
        await person.site.mail.next(address); // that a passkey was added
        const elsewhere = await person.elsewhere();
        await elsewhere.signInByCode(address);
        await elsewhere.leave();
        await person.open('/settings/security');
        await person.button('Sign out all others').waitFor();
    },
    activity: async (person, address) => {
        await person.signUp(address);
        await person.link('Show activity').click();
        await person.sees('Activity');
    },
    'security-renamed': async (person, address) => {
        await person.signUp(address);
        await person.page.getByText('Rename', { exact: true }).click();
        await person
            .field('Name')
            .fill('A name that somebody with a good deal of patience typed in here');
        await person.button('Save name').click();
        await person.hears('The new name is saved.');
    },
    'sign-in-add': async (person, address) => {
        await person.signUp(address);
        await person.link('Add a passkey').click();
        await person.sees('Add a passkey');
    },
    'sign-in-replace': async (person, address) => {
        await person.signUp(address);
        await person.page.getByRole('link', { name: /^Replace / }).click();
        await person.sees('Replace a passkey');
    },
    'remove-last': async (person, address) => {
        await person.signUp(address);
        const replace = person.page.getByRole('link', { name: /^Replace / });
        const target = new URL(await replace.getAttribute('href'), person.site.origin);
        await person.open(`/settings/passkeys/${target.searchParams.get('replaces')}/remove`);
        await person.hears('It is your only passkey');
    },
    'create-second': async (person, address) => {
        await person.signUp(address);
        await person.proveToAdd();
    },
    'create-new': async (person, address) => {
        await person.signUp(address);
        await person.page.getByRole('link', { name: /^Replace / }).click();
        await person.sees('Replace a passkey');
        await person.continueWithPasskey();
        await person.sees('Create the new passkey');
    },
    'security-two': async (person, address) => {
        await person.signUp(address);
        await person.addSecurityKey(address);
    },
    remove: async (person, address) => {
        await person.signUp(address);
        await person.addSecurityKey(address);
        await person.askToRemove();
    },
    'security-removed': async (person, address) => {
        await person.signUp(address);
        await person.addSecurityKey(address);
        await person.askToRemove();
        await person.confirmRemoval(address);
    },
    'sign-in-confirm': async (person, address) => {
        await person.signUp(address);
        await person.open('/sign-in?intent=confirm&return_to=/settings/security');
        await person.sees('Confirm it’s you');
    },
    'security-providers': toLinked,
    'remove-provider': async (person, address) => {
        await toLinked(person, address);
        await person.link('Remove Google').click();
        await person.sees('Remove Google?');
    },
};
