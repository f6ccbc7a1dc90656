// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// Codes by text message, over a real gateway (Kannel) to phones that tell what they got.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { useSite } from '../support/site.mjs';

describe('Codes by text message', () => {
    const site = useSite({ sms: true });
    let numbers = 0;
    const newNumber = () => `+4915123450${String(++numbers).padStart(3, '0')}`;

    /** A new person with a phone and no passkey, signed in. */
    async function signUp(person, number, typed = number) {
        const address = site.newAddress();
        await person.open('/sign-in?return_to=/settings/security');
        await person.sendCode(address);
        await person.enterCode(await site.mail.nextCode(address));
        await person.sees('Secure your account');
        await person.addPhone(typed, number);
        await person.link('I saved them').click();
        await person.isSignedIn(address);
        return address;
    }

    async function proveByCode(person, address) {
        await person.open('/sign-in?return_to=/settings/security');
        await person.sendCode(address);
        let mail = await site.mail.next(address);
        while (!/^\d{8} /.test(mail.subject)) mail = await site.mail.next(address);
        await person.enterCode(mail.subject.slice(0, 8));
        await person.sees('Confirm it’s you');
    }

    test('a number secures a new account, and signs in when a code is asked for', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        const number = newNumber();
        const address = await signUp(ada, number, `0${number.slice(3, 6)} ${number.slice(6)}`);
        const told = await site.mail.next(address);
        assert.match(told.subject, /^Codes by text message were turned on/);
        assert.equal((await ada.session()).headers['latchkey-acr'], 'urn:latchkey:2fa');
        await ada.hears(`To your number …${number.slice(-2)}`);
        await ada.signOut();

        await proveByCode(ada, address);
        assert.equal((await ada.session()).status, 401);
        await ada.button('Text me a code').click();
        const field = ada.field('Code from the text message');
        assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
        const code = await site.phones.nextCode(number);
        await site.phones.boundLine('localhost', code);
        await ada.button('Send a new code').click(); // too soon
        await ada.hears('before the next text message');
        await field.pressSequentially(code === '000000' ? '000001' : '000000');
        await ada.button('Continue').click();
        await ada.hears('That code is not right.');
        await field.fill(code); // pasted: it goes by itself
        await ada.isSignedIn(address);
    });

    test('Settings turns it on beside a passkey, changes it, turns it off', async (t) => {
        const ada = await site.meet(t);
        const address = site.newAddress();
        await ada.signUp(address);
        const [first, second] = [newNumber(), newNumber()];
        await ada.link('Set up codes by text message').click();
        await ada.confirmPhone(first, first);
        await ada.sees('Save your recovery codes');
        await ada.link('I saved them').click();
        await ada.hears('Codes by text message are on.');
        await ada.link('Change the number').click();
        await ada.confirmPhone(second, second);
        await ada.hears('Codes by text message are on.');
        await ada.hears(`To your number …${second.slice(-2)}`);
        await ada.link('Turn off codes by text message').click();
        await ada.sees('Turn off codes by text message?');
        await ada.button('Turn off').click();
        await ada.hears('Codes by text message are off.');
    });

    test('it works without JavaScript, and a wrong number can be put right', async (t) => {
        const ada = await site.meet(t, { authenticator: null, javaScriptEnabled: false });
        const address = site.newAddress();
        await ada.open('/sign-in?return_to=/settings/security');
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.link('Use text messages instead').click();
        await ada.field('Mobile number').fill('+44 7400 123456');
        await ada.button('Send a code').click();
        await ada.hears('no text messages to numbers of this country');
        const [wrong, right] = [newNumber(), newNumber()];
        await ada.field('Mobile number').fill(wrong);
        await ada.button('Send a code').click();
        await ada.link('Use a different number').click();
        await ada.confirmPhone(right, right);
        await ada.link('I saved them').click();
        await ada.isSignedIn(address);
    });

    test('doctor says that the gateway answers', async () => {
        const said = await site.server.command('doctor');
        assert.match(said, /text messages.*answers and knows us/);
    });
});
