// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The screens of this device's biometrics, and the way to them.

async function toBiometrics(person, address) {
    await person.open('/sign-in?return_to=/settings/security');
    await person.sendCode(address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.sees('Secure your account');
    await person.link('Use this device’s biometrics instead').click();
    await person.sees('This device as your second step');
}

async function toSettings(person, address) {
    await toBiometrics(person, address);
    await person.authenticator.touch();
    await person.button('Turn on').click();
    await person.sees('Save your recovery codes');
    await person.link('I saved them').click();
    await person.isSignedIn(address);
}

/** Continue with Passkey, on a device whose biometrics are the second step. */
async function toSecondStepOnly(person, address) {
    await person.keepAsPhonesDo();
    await toSettings(person, address);
    await person.site.mail.next(address); // that they are on
    await person.signOut();
    await person.authenticator.leave();
    await person.open('/sign-in?return_to=/settings/security');
    await person.continueWithPasskey();
    await person.hears('This device is your second step.');
    await person.authenticator.leave();
}

async function toPromotion(person, address) {
    await toSecondStepOnly(person, address);
    await person.button('Add a passkey').click();
    await person.sendCode(address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.sees('Confirm it’s you');
    await person.authenticator.touch();
    await person.useBiometrics();
    await person.sees('Create a passkey');
    await person.button('Create a passkey').click();
    await person.hears('Already your second step');
}

async function toSecondStep(person, address) {
    await toSettings(person, address);
    await person.signOut();
    await person.site.mail.next(address); // that they are on
    await person.authenticator.leave();
    await person.open('/sign-in?return_to=/settings/security');
    await person.sendCode(address);
    await person.enterCode(await person.site.mail.nextCode(address));
    await person.sees('Confirm it’s you');
}

export const biometricsScreens = {
    'set-up-biometrics': toBiometrics,
    'set-up-biometrics-refused': async (person, address) => {
        await toBiometrics(person, address);
        await person.authenticator.touch();
        await person.authenticator.recognize(false);
        await person.button('Turn on').click();
        await person.hears('It was not turned on.');
    },
    'sign-in-add-second': async (person) => {
        await person.open('/sign-in?intent=add-second-step&return_to=/settings/security');
        await person.sees('Turn on this device’s biometrics');
    },
    'security-biometrics': toSettings,
    'security-first': async (person, address) => {
        await toSettings(person, address);
        await person.link('Set up an authenticator app').click();
        await person.scanWithApp();
        await person.field('Code from the app').pressSequentially(person.firstAppCode());
        await person.button('Turn on').click();
        await person.field('Ask for this first').selectOption('Authenticator app');
        await person.button('Save the choice').click();
        await person.hears('That is asked for first from now on.');
    },
    'turn-off-biometrics': async (person, address) => {
        await person.signUp(address);
        const link = '/sign-in?intent=add-second-step&return_to=/settings/security';
        await person.open(link);
        await person.continueWithPasskey();
        await person.sees('This device as your second step');
        await person.authenticator.unplug(); // another device
        await person.plugInAnother();
        await person.page.reload();
        await person.button('Turn on').click();
        await person.sees('Save your recovery codes');
        await person.link('I saved them').click();
        await person.hears('This device’s biometrics are on.');
        await person.page.getByRole('link', { name: /^Turn off the biometrics of / }).click();
        await person.sees('Turn off these biometrics?');
    },
    'second-step-only': toSecondStepOnly,
    'add-passkey-promote': toPromotion,
    'second-step-biometrics': toSecondStep,
    'second-step-biometrics-refused': async (person, address) => {
        await toSecondStep(person, address);
        await person.authenticator.touch();
        await person.authenticator.recognize(false);
        await person.useBiometrics();
        await person.hears('Nothing was confirmed.');
    },
};
