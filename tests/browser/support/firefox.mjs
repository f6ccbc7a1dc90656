// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// Firefox by its own remote protocol, Marionette: JSON with its length in front, over loopback.
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';

import { start, temporaryFolder } from './process.mjs';

const preferences = {
    'marionette.port': 0, // it picks one and says which
    'security.webauth.webauthn_enable_softtoken': true, // else every ceremony hangs
    'security.webauth.webauthn_enable_usbtoken': false,
    'remote.prefs.recommended': false, // they turn autofill off; but without them it is silent:
    'browser.dom.window.dump.enabled': true,
    'devtools.console.stdout.chrome': true,
    'signon.rememberSignons': true,
    'signon.autofillForms': true,
    // Nothing but loopback is spoken to.
    'app.update.enabled': false,
    'app.normandy.enabled': false,
    'browser.safebrowsing.malware.enabled': false,
    'browser.safebrowsing.phishing.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.page': 0,
    'datareporting.policy.dataSubmissionEnabled': false,
    'extensions.getAddons.cache.enabled': false,
    'extensions.update.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'services.settings.server': 'data:,',
    'toolkit.telemetry.reportingpolicy.firstRun': false,
};

class Connection {
    #socket;
    #received = Buffer.alloc(0);
    #waiting = new Map(); // id -> [resolve, reject]
    #lastId = 0;

    constructor(socket) {
        this.#socket = socket;
        socket.on('data', (data) => {
            this.#received = Buffer.concat([this.#received, data]);
            for (let message = this.#take(); message; message = this.#take()) this.#answer(message);
        });
        socket.on('close', () => {
            for (const [, reject] of this.#waiting.values()) reject(new Error('Firefox is gone'));
        });
    }

    /** The next whole message, or undefined: "12:[1,1,null,{}]". */
    #take() {
        const colon = this.#received.indexOf(':');
        if (colon < 0) return undefined;
        const end = colon + 1 + Number(this.#received.subarray(0, colon));
        if (this.#received.length < end) return undefined;
        const message = JSON.parse(this.#received.subarray(colon + 1, end));
        this.#received = this.#received.subarray(end);
        return message;
    }

    #answer(message) {
        if (!Array.isArray(message)) return; // the greeting
        const [, id, error, result] = message;
        const [resolve, reject] = this.#waiting.get(id);
        this.#waiting.delete(id);
        if (error) reject(new Error(`${error.error}: ${error.message}`));
        else resolve(result?.value !== undefined ? result.value : result);
    }

    send(name, parameters = {}) {
        const id = ++this.#lastId;
        const message = Buffer.from(JSON.stringify([0, id, name, parameters]));
        this.#socket.write(Buffer.concat([Buffer.from(`${message.length}:`), message]));
        return new Promise((resolve, reject) => this.#waiting.set(id, [resolve, reject]));
    }

    close() {
        this.#socket.destroy();
    }
}

/** Starts a headless Firefox with an empty profile. */
export async function startFirefox() {
    const { folder, remove } = temporaryFolder('firefox');
    mkdirSync(path.join(folder, 'profile'));
    const lines = Object.entries(preferences).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(path.join(folder, 'profile/user.js'), lines.join(''));
    const firefox = await start(
        process.env.LATCHKEY_FIREFOX ?? '/usr/bin/firefox-esr',
        ['--headless', '--marionette', '--no-remote', '--profile', path.join(folder, 'profile')],
        { isReady: (line) => /Listening on port \d+/.test(line), env: { HOME: folder } },
    );
    const socket = connect(Number(firefox.line.match(/port (\d+)/)[1]), '127.0.0.1');
    await once(socket, 'connect');
    const connection = new Connection(socket);
    await connection.send('WebDriver:NewSession', { capabilities: {} });
    await connection.send('WebDriver:SetTimeouts', { implicit: 15_000, script: 15_000 });
    return {
        send: (name, parameters) => connection.send(name, parameters),
        forget: () => connection.send('WebDriver:DeleteAllCookies'),
        async stop() {
            await connection.send('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {});
            connection.close();
            await firefox.stop();
            remove();
        },
    };
}

const visible = 'not(ancestor-or-self::*[@hidden])';

/** What a person sees and does in Firefox: found by the words on the screen. */
export class FirefoxPerson {
    constructor(firefox, origin, mail, address) {
        this.firefox = firefox;
        this.origin = origin;
        this.mail = mail;
        this.address = address;
    }

    async plugIn(transport = 'internal') {
        this.authenticator = await this.firefox.send('WebAuthn:AddVirtualAuthenticator', {
            protocol: 'ctap2',
            transport,
            hasResidentKey: true,
            hasUserVerification: true,
            isUserConsenting: true,
            isUserVerified: true,
        });
    }

    unplug() {
        return this.firefox.send('WebAuthn:RemoveVirtualAuthenticator', {
            authenticatorId: this.authenticator,
        });
    }

    credentials() {
        return this.firefox.send('WebAuthn:GetCredentials', {
            authenticatorId: this.authenticator,
        });
    }

    open(path) {
        return this.firefox.send('WebDriver:Navigate', { url: this.origin + path });
    }

    /** The element that matches, once it is there. */
    #find(value) {
        return this.firefox.send('WebDriver:FindElement', { using: 'xpath', value });
    }

    async #act(command, value, parameters = {}) {
        const [id] = Object.values(await this.#find(value));
        return this.firefox.send(`WebDriver:${command}`, { id, ...parameters });
    }

    press(name) {
        return this.#act(
            'ElementClick',
            `//*[self::button or self::a][normalize-space(.)="${name}"][${visible}]`,
        );
    }

    /** The first link whose name for a screen reader begins like that. */
    follow(beginning) {
        return this.#act('ElementClick', `//a[starts-with(@aria-label, "${beginning}")]`);
    }

    fill(label, text) {
        return this.#act(
            'ElementSendKeys',
            `//*[@id=//label[normalize-space(.)="${label}"]/@for]`,
            { text },
        );
    }

    sees(heading) {
        return this.#find(`//*[self::h1 or self::h2][normalize-space(.)="${heading}"][${visible}]`);
    }

    hears(text) {
        return this.#find(`//*[contains(normalize-space(.), "${text}")][${visible}]`);
    }

    evaluate(script) {
        return this.firefox.send('WebDriver:ExecuteScript', { script, args: [] });
    }

    /** That of the next mail that brings one, typed. */
    async enterCode() {
        await this.fill('Code', await this.mail.nextCode(this.address));
        await this.press('Continue');
    }

    async proveByCode() {
        await this.open('/sign-in?return_to=/settings/security');
        await this.fill('E-mail', this.address);
        await this.press('Continue with e-mail');
        await this.sees('Check your e-mail');
        await this.enterCode();
    }

    /** From the sign-in page to Settings, with the passkey that is created on the way. */
    async signUp() {
        await this.open('/sign-in?return_to=/settings/security');
        await this.press('Continue with Passkey');
        await this.sees('No passkey was used');
        await this.press('Add a passkey');
        await this.fill('E-mail', this.address);
        await this.press('Continue with e-mail');
        await this.sees('Check your e-mail');
        await this.enterCode();
        await this.sees('Secure your account');
        await this.press('Create a passkey');
        await this.sees('Passkey saved');
        await this.press('Continue');
        await this.isSignedIn();
    }

    isSignedIn() {
        return this.hears(`Signed in as ${this.address}`);
    }

    async signOut() {
        await this.press('Sign out');
        await this.sees('You are signed out');
    }

    /** Until the app's code stays for ten seconds at least. */
    waitForAppStep() {
        const script = `const [done] = arguments;
            const look = () =>
                Date.now() % 30_000 < 20_000 ? done() : requestAnimationFrame(look);
            look();`;
        return this.firefox.send('WebDriver:ExecuteAsyncScript', { script, args: [] });
    }
}
