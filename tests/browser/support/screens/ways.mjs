// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The ways that more than one group of screens takes.

let numbers = 0;
export const nextNumber = () => `+4915123450${String(++numbers).padStart(3, '0')}`;

export async function toCode(person, address) {
    await person.open();
    await person.sendCode(address);
}

export async function toEnrol(person, address) {
    await toCode(person, address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.sees('Secure your account');
}

export async function toRecoveryCodes(person, address) {
    await toEnrol(person, address);
    await person.addApp();
}

export async function toPhoneInSettings(person, address) {
    const number = nextNumber();
    await toEnrol(person, address);
    await person.addPhone(number, number);
    await person.open('/settings/security');
    await person.hears('To your number');
}
