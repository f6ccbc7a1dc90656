// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// A person at a browser with an authenticator, and what the person does on our pages.
import assert from 'node:assert/strict';
import path from 'node:path';

import { codeOf, currentStep, scan } from './app.mjs';
import { plugIn } from './authenticator.mjs';
import { root } from './process.mjs';

export class Person {
    #context;
    #wrong = []; // what the page must never do: script errors, CSP violations

    /**
     * `authenticator`: options of plugIn, or null for a browser that never saw one.
     * `without`: capabilities that this browser lacks ('immediateGet', 'conditionalGet').
     */
    static async meet(site, { authenticator = {}, without = [], ...context } = {}) {
        const person = new Person();
        person.site = site;
        person.#context = await site.browser.newContext({ baseURL: site.origin, ...context });
        person.#context.setDefaultTimeout(15_000);
        person.page = await person.#context.newPage();
        await person.#watch(without);
        person.devtools = await person.#context.newCDPSession(person.page);
        await person.devtools.send('WebAuthn.enable', { enableUI: false });
        if (authenticator) person.authenticator = await plugIn(person.devtools, authenticator);
        return person;
    }

    async #watch(without) {
        this.page.on('pageerror', (error) => this.#wrong.push(`script error: ${error.message}`));
        this.page.on('console', (message) => {
            const text = message.text();
            // The browser reports every answer of 400 and above: asserted where it matters.
            const isStatus = text.startsWith('Failed to load resource');
            if (message.type() === 'error' && !isStatus) this.#wrong.push(`console: ${text}`);
        });
        await this.page.addInitScript((lacking) => {
            addEventListener('securitypolicyviolation', (event) =>
                console.error(
                    `CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`,
                ),
            );
            if (!globalThis.PublicKeyCredential) return;
            // What the page asked the browser for, in order: 'conditional', 'immediate', 'modal'.
            globalThis.asked = [];
            const get = navigator.credentials.get.bind(navigator.credentials);
            navigator.credentials.get = (options) => {
                globalThis.asked.push(options.uiMode ?? options.mediation ?? 'modal');
                return get(options);
            };
            const ask = PublicKeyCredential.getClientCapabilities.bind(PublicKeyCredential);
            PublicKeyCredential.getClientCapabilities = async () => {
                const known = await ask();
                for (const name of lacking) known[name] = false;
                if (!known.conditionalGet) globalThis.asked.push('no autofill');
                return known;
            };
        }, without);
    }

    /** What the person saw when a test failed. */
    async photograph(name) {
        const file = `${name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.png`;
        await this.page.screenshot({ path: path.join(root, 'build/failures', file) });
    }

    /** Ends the visit; the pages must have kept their promises. */
    async leave() {
        await this.#context.close();
        assert.deepEqual(this.#wrong, []);
    }

    // ---- what stands on the screen, as a screen reader names it

    button(name) {
        return this.page.getByRole('button', { name, exact: true });
    }

    link(name) {
        return this.page.getByRole('link', { name, exact: true });
    }

    heading(name) {
        return this.page.getByRole('heading', { name, exact: true });
    }

    field(name) {
        return this.page.getByLabel(name, { exact: true });
    }

    alert() {
        return this.page.getByRole('alert').filter({ visible: true });
    }

    async sees(heading) {
        await this.heading(heading).waitFor();
    }

    async hears(text) {
        await this.page.getByText(text).filter({ visible: true }).first().waitFor();
    }

    // ---- what the person does

    async open(path = '/sign-in') {
        return this.page.goto(path);
    }

    /** What the page asked the browser for since it was loaded, in order. */
    asked() {
        return this.page.evaluate(() => globalThis.asked);
    }

    /** Until autofill waits, or never will: a touch before that would be a choice there. */
    async waitForAutofill() {
        await this.page.waitForFunction(() =>
            globalThis.asked.some((way) => ['conditional', 'no autofill'].includes(way)),
        );
    }

    /** Continue with Passkey, and a touch when the device asks for it. */
    async continueWithPasskey() {
        await this.waitForAutofill();
        await this.authenticator?.touch();
        await this.button('Continue with Passkey').click();
    }

    async sendCode(address) {
        await this.field('E-mail').fill(address);
        await this.button('Continue with e-mail').click();
        await this.sees('Check your e-mail');
    }

    /** Typed by hand: a code that comes at once is sent by the page itself. */
    async enterCode(code) {
        await this.field('Code').fill('');
        await this.field('Code').pressSequentially(code);
        await this.button('Continue').click();
    }

    /** A code that comes as a whole is sent without a further click. */
    async pasteCode(code) {
        await this.field('Code').fill(code);
    }

    /** Scans the QR code on the screen, as a phone's camera would; the app then shows codes. */
    async scanWithApp() {
        const picture = await this.page.locator('svg.qr').screenshot();
        this.app = new URL(scan(picture));
    }

    #code(step) {
        this.usedStep = step;
        return codeOf(this.app.searchParams.get('secret'), step);
    }

    /** The time step of the phone, whose clock goes with the server's. */
    #step() {
        return currentStep() + this.site.server.secondsPassed() / 30;
    }

    /** The first code for a new app: of the step before, where it is still good for a while. */
    firstAppCode() {
        const isLate = (Date.now() / 1000) % 30 > 20;
        return this.#code(this.#step() - (isLate ? 0 : 1));
    }

    /** A code that was not used yet: waits for the app to show one. */
    async nextAppCode() {
        const isNext = (used) => Math.floor(Date.now() / 30_000) > used;
        const used = this.usedStep - this.site.server.secondsPassed() / 30;
        await this.page.waitForFunction(isNext, used, { timeout: 35_000, polling: 200 });
        return this.#code(this.#step());
    }

    /** From "Secure your account" to the page with the recovery codes, by this device. */
    async addBiometrics() {
        await this.link('Use this device’s biometrics instead').click();
        await this.sees('This device as your second step');
        await this.authenticator.touch();
        await this.button('Turn on').click();
        await this.sees('Save your recovery codes');
    }

    /** From now on this device keeps all that it makes like a passkey, as phones do. */
    async keepAsPhonesDo() {
        await this.page.addInitScript(() => {
            if (!globalThis.PublicKeyCredential) return;
            const create = navigator.credentials.create.bind(navigator.credentials);
            navigator.credentials.create = (options) => {
                options.publicKey.authenticatorSelection.residentKey = 'required';
                return create(options);
            };
        });
    }

    /** On the second step. */
    async useBiometrics() {
        await this.page.getByRole('button', { name: /^Use / }).click();
    }

    /** From now on this device has a sensor of its own, too. */
    async plugInAnother() {
        this.sensor = await plugIn(this.devtools, { isPresent: true });
    }

    /** From "Secure your account" to the page with the recovery codes. */
    async addApp() {
        await this.link('Use an authenticator app instead').click();
        await this.sees('Set up your authenticator app');
        await this.scanWithApp();
        await this.field('Code from the app').pressSequentially(this.firstAppCode());
        await this.button('Turn on').click();
        await this.sees('Save your recovery codes');
        this.recoveryCodes = await this.page.locator('.recovery-codes code').allTextContents();
    }

    /** From "Secure your account" to the recovery codes; `typed` is how it is written. */
    async addPhone(typed, number) {
        await this.link('Use text messages instead').click();
        await this.confirmPhone(typed, number);
        await this.sees('Save your recovery codes');
    }

    /** Gives the number, and types in the code that comes to it. */
    async confirmPhone(typed, number) {
        await this.sees('Codes by text message');
        await this.field('Mobile number').fill(typed);
        await this.button('Send a code').click();
        const code = await this.site.phones.nextCode(number);
        await this.field('Code from the text message').pressSequentially(code);
        await this.button('Turn on').click();
    }

    /** What the clipboard holds, pasted elsewhere: our pages may not read it. */
    async paste() {
        const notes = await this.#context.newPage();
        await notes.setContent('<textarea></textarea>');
        await notes.locator('textarea').press('Control+V');
        await notes.waitForFunction(() => document.querySelector('textarea').value !== '');
        const text = await notes.locator('textarea').inputValue();
        await notes.close();
        return text;
    }

    /** From the second step, for who cannot do it. */
    async startWait() {
        await this.link('I can’t do this').click();
        await this.button('Start the wait').click();
        await this.hears('The wait ends on');
    }

    /** "This wasn't me", in the mail that tells of the wait. */
    async stopLink(address) {
        const link = /\S+\/not-me\S+/;
        let mail = await this.site.mail.next(address);
        while (!link.test(mail.text)) mail = await this.site.mail.next(address);
        return mail.text.match(link)[0];
    }

    /** From Settings, up to the code of the new address. */
    async askToChangeAddress(from, to) {
        await this.link('Change').click();
        await this.sees('Change your address');
        await this.field('New address').fill(to);
        await this.button('Continue').click();
        await this.hears('First the code that we sent to the address you have now');
        await this.enterCode(await this.site.mail.nextCode(from));
        await this.hears('Now the code that we sent to the new address');
    }

    async changeAddress(from, to) {
        await this.askToChangeAddress(from, to);
        await this.enterCode(await this.site.mail.nextCode(to));
        await this.hears('Your new address is saved.');
    }

    /** Another browser, with no passkey at hand, signs in with a code. */
    async getInElsewhere(address) {
        const other = await Person.meet(this.site, {
            authenticator: null,
            ignoreHTTPSErrors: true,
        });
        await other.open('/sign-in?return_to=/settings/security');
        await other.sendCode(address);
        await other.pasteCode(await this.site.mail.nextCode(address));
        await other.isSignedIn(address);
        return other;
    }

    async createPasskey() {
        await this.authenticator?.touch();
        await this.button('Create a passkey').click();
    }

    /** A new person, from the sign-in page to Settings. */
    async signUp(address) {
        await this.open('/sign-in?return_to=/settings/security');
        await this.continueWithPasskey();
        await this.sees('No passkey was used');
        await this.button('Add a passkey').click();
        await this.sendCode(address);
        await this.pasteCode(await this.site.mail.nextCode(address));
        await this.sees('Secure your account');
        await this.createPasskey();
        await this.sees('Passkey saved');
        await this.link('Continue').click();
        await this.isSignedIn(address);
        await this.authenticator?.leave();
    }

    /** From Settings to the page that creates a second passkey, proved with the first one. */
    async proveToAdd() {
        await this.link('Add a passkey').click();
        await this.sees('Add a passkey');
        await this.continueWithPasskey();
        await this.sees('Create a passkey');
    }

    /** Adds a second passkey on a security key, which stays plugged in instead of the first. */
    async addSecurityKey(address) {
        await this.proveToAdd();
        await this.authenticator.unplug();
        this.authenticator = await plugIn(this.devtools, { transport: 'usb', isPresent: true });
        await this.createPasskey();
        await this.isSignedIn(address);
    }

    /** From Settings to the question before the removal of the first passkey in the list. */
    async askToRemove() {
        await this.page
            .getByRole('link', { name: /^Remove / })
            .first()
            .click();
        await this.page.getByRole('heading', { name: /^Remove “.*”\?$/ }).waitFor();
    }

    /** Says yes to it: a passkey of a young account is turned off, an older one removed. */
    async confirmRemoval(address) {
        await this.page.getByRole('button', { name: /^(Remove|Turn off)$/ }).click();
        await this.isSignedIn(address);
        await this.page.getByRole('status').first().waitFor();
    }

    /** By passkey, from the sign-in page to Settings. */
    async signIn(address) {
        await this.open('/sign-in?return_to=/settings/security');
        await this.continueWithPasskey();
        await this.isSignedIn(address);
        await this.authenticator?.leave();
    }

    async signOut() {
        await this.button('Sign out').click();
        await this.sees('You are signed out');
    }

    async isSignedIn(address) {
        await this.sees('Security');
        await this.hears(`Signed in as ${address}`);
    }

    /** What `GET /session` tells an app of this browser. */
    async session() {
        const answer = await this.page.request.get('/session', {
            headers: { accept: 'application/json' },
        });
        return { status: answer.status(), headers: answer.headers() };
    }

    /** The same person at another browser, which never saw the authenticator. */
    elsewhere() {
        return Person.meet(this.site, { authenticator: null });
    }

    /** A section of Settings. */
    section(name) {
        return this.page.getByRole('region', { name, exact: true });
    }

    /** The names on the cards of Settings. */
    passkeyNames() {
        return this.section('Passkeys').getByRole('heading', { level: 3 }).allTextContents();
    }

    /** Around the passkey, by the code of a mail. */
    async signInByCode(address) {
        await this.open('/sign-in?return_to=/settings/security');
        await this.sendCode(address);
        await this.enterCode(await this.site.mail.nextCode(address));
        await this.isSignedIn(address);
    }
}
