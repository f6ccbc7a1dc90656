// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The screens on the way in, and those that anybody can open.
import assert from 'node:assert/strict';

import { nextNumber, toCode, toEnrol, toPhoneInSettings, toRecoveryCodes } from './ways.mjs';

/** An app that a sign-in may lead on to. */
export const app = 'https://app.example.test';

async function toSecondStep(person, address) {
    await toRecoveryCodes(person, address);
    await person.link('I saved them').click();
    await person.signOut();
    await person.site.mail.next(address); // that two-step sign-in is on
    await toCode(person, address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.sees('Confirm it’s you');
}

async function toPhone(person, address) {
    await toEnrol(person, address);
    await person.link('Use text messages instead').click();
    await person.sees('Codes by text message');
}

async function toSecondStepByText(person, address) {
    await toPhoneInSettings(person, address);
    await person.signOut();
    await person.site.mail.next(address); // that codes by text message are on
    await toCode(person, address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.button('Text me a code').waitFor();
}

async function toPanel(person) {
    await person.open();
    await person.continueWithPasskey();
    await person.sees('No passkey was used');
}

async function toRestore(person, address) {
    await person.signUp(address);
    await person.signOut();
    await person.site.mail.next(address); // that a passkey was added
    await person.open('/sign-in?intent=restore');
    await person.sendCode(address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.sees('Now use your passkey');
}

export const signingInScreens = {
    'sign-in': (person) => person.open(),
    'sign-in-address-wrong': async (person) => {
        // Past the browser's own check, as a script would.
        await person.open();
        await person.field('E-mail').evaluate((input) => (input.form.noValidate = true));
        await person.field('E-mail').fill('ada');
        await person.button('Continue with e-mail').click();
        await person.hears('Enter an e-mail address');
    },
    panel: toPanel,
    'panel-add': async (person) => {
        await toPanel(person);
        await person.button('Add a passkey').click();
        await person.hears('First we check your e-mail');
    },
    'panel-email': async (person) => {
        await toPanel(person);
        await person.button('E-mail me a code').click();
        await person.hears('We send you a code');
    },
    code: toCode,
    'code-wrong': async (person, address) => {
        await toCode(person, address);
        const code = await person.site.mail.nextCode(address);
        await person.enterCode(code === '12345678' ? '87654321' : '12345678');
        await person.hears('That code is not right.');
    },
    'secure-your-account': toEnrol,
    'set-up-app': async (person, address) => {
        await toEnrol(person, address);
        await person.link('Use an authenticator app instead').click();
        await person.sees('Set up your authenticator app');
        await person.page.getByText('Can’t scan it?', { exact: true }).click();
    },
    'set-up-app-wrong': async (person, address) => {
        await toEnrol(person, address);
        await person.link('Use an authenticator app instead').click();
        await person.sees('Set up your authenticator app');
        await person.field('Code from the app').pressSequentially('12345');
        await person.button('Turn on').click();
        await person.hears('The app’s code has 6 digits.');
    },
    'recovery-codes': toRecoveryCodes,
    'set-up-phone': toPhone,
    'set-up-phone-code': async (person, address) => {
        await toPhone(person, address);
        await person.field('Mobile number').fill(nextNumber());
        await person.button('Send a code').click();
        await person.field('Code from the text message').waitFor();
    },
    'set-up-phone-refused': async (person, address) => {
        await toPhone(person, address);
        await person.field('Mobile number').fill('12345');
        await person.button('Send a code').click();
        await person.hears('That is not a mobile number.');
    },
    'second-step-text': toSecondStepByText,
    'second-step-text-soon': async (person, address) => {
        await toSecondStepByText(person, address);
        await person.button('Text me a code').click();
        await person.button('Send a new code').click();
        await person.hears('before the next text message');
    },
    'second-step': toSecondStep,
    'second-step-wrong': async (person, address) => {
        await toSecondStep(person, address);
        await person.field('Code from your authenticator app').pressSequentially('12345');
        await person.button('Continue').click();
        await person.hears('The app’s code has 6 digits.');
    },
    'second-step-recovery': async (person, address) => {
        await toSecondStep(person, address);
        await person.link('Use a recovery code').click();
        await person.field('Recovery code').waitFor();
    },
    'second-step-wait': async (person, address) => {
        await toSecondStep(person, address);
        await person.link('I can’t do this').click();
        await person.button('Start the wait').waitFor();
    },
    'second-step-waiting': async (person, address) => {
        await toSecondStep(person, address);
        await person.startWait();
    },
    'not-me': async (person, address) => {
        await toSecondStep(person, address);
        await person.startWait();
        await person.open(await person.stopLink(address));
        await person.sees('Wasn’t it you?');
    },
    'not-me-stopped': async (person, address) => {
        await toSecondStep(person, address);
        await person.startWait();
        await person.open(await person.stopLink(address));
        await person.button('Stop it').click();
        await person.sees('It is stopped');
    },
    'sign-in-restore': async (person) => {
        await person.open('/sign-in?intent=restore');
        await person.sees('Get a passkey back');
    },
    restore: toRestore,
    'restore-none': async (person, address) => {
        await toRestore(person, address);
        await person.authenticator.recognize(false);
        await person.authenticator.touch();
        await person.button('Use my passkey').click();
        await person.sees('No passkey was used');
    },
    'create-cancelled': async (person, address) => {
        await toEnrol(person, address);
        await person.authenticator.recognize(false);
        await person.createPasskey();
        await person.hears('The passkey was not created.');
    },
    'passkey-saved': async (person, address) => {
        await toEnrol(person, address);
        await person.createPasskey();
        await person.sees('Passkey saved');
    },
    done: async (person, address) => {
        await person.signUp(address);
        // The app has no content to show: the page that leads there stays.
        await person.page.route(`${app}/**`, (route) => route.fulfill({ status: 204 }));
        await person.open(`/sign-in/done?return_to=${encodeURIComponent(`${app}/reports`)}`);
        await person.sees('You’re in');
    },
    'sign-in-expired': async (person) => {
        await person.open();
        await person.page.context().clearCookies();
        await person.field('E-mail').fill('ada@example.test');
        await person.button('Continue with e-mail').click();
        await person.sees('That can’t be done from here');
    },
    'too-many-codes': async (person, address) => {
        for (let sent = 0; sent < 3; sent += 1) await toCode(person, address);
        await person.open();
        await person.field('E-mail').fill(address);
        await person.button('Continue with e-mail').click();
        await person.alert().waitFor();
    },
    'sign-in-provider-down': async (person) => {
        await person.site.server.restart(); // nothing of the provider is remembered
        person.site.google.isDown = true;
        await person.open();
        await person.link('Continue with Google').click();
        await person.hears('That provider can’t be reached at the moment.');
        person.site.google.isDown = false;
        await person.site.server.restart(); // nor that it was down
    },
    'sign-in-address-taken': async (person, address) => {
        await person.signUp(address);
        await person.signOut();
        person.site.google.expect(address);
        await person.open();
        await person.link('Continue with Google').click();
        await person.button('Agree').click();
        await person.alert().waitFor();
    },
    'signed-out': async (person, address) => {
        await person.signUp(address);
        await person.signOut();
    },
    help: async (person) => {
        await person.open('/help');
        await person.sees('Help');
    },
    'not-found': async (person) => {
        const answer = await person.open('/no/such/page');
        assert.equal(answer.status(), 404);
        await person.sees('There is no such page');
    },
};
