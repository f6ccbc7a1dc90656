// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// A person at a browser with an authenticator, and what the person does on our pages.
import assert from 'node:assert/strict';

import { plugIn } from './authenticator.mjs';

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
            const ask = globalThis.PublicKeyCredential?.getClientCapabilities;
            if (!ask || lacking.length === 0) return;
            PublicKeyCredential.getClientCapabilities = async () => {
                const known = await ask.call(PublicKeyCredential);
                return { ...known, ...Object.fromEntries(lacking.map((name) => [name, false])) };
            };
        }, without);
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

    /** Continue with Passkey, and a touch when the device asks for it. */
    async continueWithPasskey() {
        await this.authenticator?.touch();
        await this.button('Continue with Passkey').click();
    }

    async sendCode(address) {
        await this.field('E-mail').fill(address);
        await this.button('Continue with e-mail').click();
        await this.sees('Check your e-mail');
    }

    /** Typed by hand: a code that comes at once, pasted or filled in, is sent by the page itself. */
    async enterCode(code) {
        await this.field('Code').pressSequentially(code);
        await this.button('Continue').click();
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
        await this.enterCode(await this.site.mail.nextCode(address));
        await this.sees('Secure your account');
        await this.createPasskey();
        await this.sees('Passkey saved');
        await this.link('Continue').click();
        await this.isSignedIn(address);
        await this.authenticator?.leave();
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

    /** The names on the cards of Settings. */
    passkeyNames() {
        return this.page.getByRole('listitem').getByRole('heading', { level: 3 }).allTextContents();
    }
}
