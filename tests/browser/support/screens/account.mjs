// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The screens about the account itself: its addresses, and its end.
import { Person } from '../person.mjs';

async function toNewAddress(person, address) {
    await person.signUp(address);
    await person.site.mail.next(address); // that a passkey was added
    await person.changeAddress(address, `new-${address}`);
}

export const accountScreens = {
    address: async (person, address) => {
        await person.signUp(address);
        await person.link('Change').click();
        await person.sees('Change your address');
    },
    'address-taken': async (person, address) => {
        const taken = person.site.newAddress('taken');
        const other = await Person.meet(person.site);
        await other.signUp(taken);
        await other.leave();
        await person.signUp(address);
        await person.site.mail.next(address); // that a passkey was added
        await person.askToChangeAddress(address, taken);
        await person.site.mail.next(taken); // that a passkey was added
        await person.enterCode(await person.site.mail.nextCode(taken));
        await person.hears('Another account has that e-mail address.');
    },
    'address-code': async (person, address) => {
        await person.signUp(address);
        await person.open('/settings/email?which=second');
        await person.field('New address').fill(`second-${address}`);
        await person.button('Continue').click();
        await person.hears('Now the code that we sent to the new address');
    },
    'delete-account': async (person, address) => {
        await person.signUp(address);
        await person.link('Delete my account').click();
        await person.sees('Delete your account?');
    },
    'delete-account-frozen': async (person, address) => {
        await person.signUp(address);
        await person.site.mail.next(address); // that a passkey was added
        await person.getInElsewhere(address);
        await person.open('/help');
        await person.link('This wasn’t me').click();
        await person.button('Stop it').click();
        await person.sees('It is stopped');
        await person.signIn(address);
        await person.link('Delete my account').click();
        await person.hears('You said “This wasn’t me” a short while ago.');
    },
    'deletion-asked': async (person, address) => {
        await person.signUp(address);
        await person.link('Delete my account').click();
        await person.button('Delete my account').click();
        await person.hears('Your account is deleted in a week.');
    },
    'security-address-changed': toNewAddress,
    'not-me-address': async (person, address) => {
        await toNewAddress(person, address);
        await person.signOut();
        await person.open(await person.stopLink(address));
        await person.sees('Wasn’t it you?');
    },
    'not-me-address-proved': async (person, address) => {
        await toNewAddress(person, address);
        await person.open(await person.stopLink(address));
        await person.button('Take the address back').waitFor();
    },
};
