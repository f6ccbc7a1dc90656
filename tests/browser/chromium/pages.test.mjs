// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { demo } from '../support/demo.mjs';
import { budget, fitsEverywhere, hasGoodLooks } from '../support/looks.mjs';
import { root } from '../support/process.mjs';
import { useSite } from '../support/site.mjs';

describe('The pages', () => {
    const site = useSite();

    test('sign-in weighs what a page may, its headers too', async (t) => {
        const ada = await site.meet(t);
        await ada.devtools.send('Network.enable');
        let bytes = 0;
        const requests = [];
        ada.devtools.on('Network.requestWillBeSent', ({ request }) => requests.push(request.url));
        ada.devtools.on('Network.loadingFinished', (done) => (bytes += done.encodedDataLength));
        await ada.page.goto('/sign-in', { waitUntil: 'networkidle' });
        assert.ok(requests.length <= budget.requests, requests.join('\n'));
        assert.ok(
            requests.every((url) => url.startsWith(site.origin)),
            'nothing comes from elsewhere',
        );
        assert.ok(bytes > 0 && bytes <= budget.bytes, `${bytes} bytes`);
    });

    test('work without JavaScript: the e-mail path, and what passkeys need', async (t) => {
        const ada = await site.meet(t, { javaScriptEnabled: false, authenticator: null });
        const address = site.newAddress();
        // getByText never looks into <noscript>.
        const isToldOfScript = async () => {
            const words = ada.page.locator('noscript p');
            await words.waitFor();
            assert.match(await words.textContent(), /^Passkeys need JavaScript\./);
        };
        await ada.open();
        await isToldOfScript();
        assert.equal(
            await ada.button('Continue with Passkey').count(),
            0,
            'no button that does nothing',
        );
        await fitsEverywhere(ada, 'sign-in-without-script'); // axe is a script
        await ada.sendCode(address);
        await ada.enterCode(await site.mail.nextCode(address));
        await ada.sees('Secure your account');
        await isToldOfScript();
        await fitsEverywhere(ada, 'secure-your-account-without-script');
    });

    test('the mailbox of the demo shows the mail that a sign-in needs', async (t) => {
        const { origin, stop } = await demo();
        t.after(stop);
        const ada = await site.meet(t, { authenticator: null, baseURL: origin });
        const address = site.newAddress();
        await ada.open('/demo/mail');
        await hasGoodLooks(ada, 'demo-mail-empty');
        await ada.open();
        await ada.sendCode(address);
        await ada.open('/demo/mail');
        await ada.hears(address);
        await hasGoodLooks(ada, 'demo-mail');
    });

    test('sign up and sign in by keyboard alone', async (t) => {
        const ada = await site.meet(t, { authenticator: { isPresent: true } });
        const { keyboard } = ada.page;
        const address = site.newAddress();
        /** Tab until the named thing has the focus, as somebody would who sees the focus ring. */
        const tabTo = async (name) => {
            for (let steps = 0; steps < 30; steps += 1) {
                await keyboard.press('Tab');
                const { label, hasRing } = await ada.page.evaluate(() => {
                    const element = document.activeElement;
                    const { outlineStyle, outlineWidth } = getComputedStyle(element);
                    const label = element.labels?.[0]?.textContent ?? element.textContent;
                    return {
                        label: label.trim(),
                        hasRing: outlineStyle !== 'none' && outlineWidth !== '0px',
                    };
                });
                if (label === name) {
                    assert.ok(hasRing, `the focus on "${name}" is seen`);
                    return;
                }
            }
            assert.fail(`Tab never reached "${name}"`);
        };
        await ada.open('/sign-in?return_to=/settings/security');
        await tabTo('Continue with Passkey');
        await keyboard.press('Enter');
        await ada.sees('No passkey was used');
        await tabTo('Add a passkey');
        await keyboard.press('Space');
        await ada.hears('First we check your e-mail');
        const isInField = await ada
            .field('E-mail')
            .evaluate((input) => input === document.activeElement);
        if (!isInField) await tabTo('E-mail');
        await keyboard.type(address);
        await keyboard.press('Enter');
        await ada.sees('Check your e-mail');
        await ada.field('Code').waitFor();
        const isInCode = await ada
            .field('Code')
            .evaluate((input) => input === document.activeElement);
        if (!isInCode) await tabTo('Code');
        await keyboard.type(await site.mail.nextCode(address));
        await keyboard.press('Enter');
        await ada.sees('Secure your account');
        await tabTo('Create a passkey');
        await keyboard.press('Enter');
        await ada.sees('Passkey saved');
        await tabTo('Continue');
        await keyboard.press('Enter');
        await ada.isSignedIn(address);
    });

    test('keep nothing in the browser but cookies, which no script reads but one', async (t) => {
        const ada = await site.meet(t);
        await ada.signUp(site.newAddress());
        const kept = await ada.page.evaluate(async () => ({
            local: localStorage.length,
            session: sessionStorage.length,
            databases: (await indexedDB.databases()).length,
            caches: (await caches.keys()).length,
            workers: (await navigator.serviceWorker.getRegistrations()).length,
        }));
        assert.deepEqual(kept, { local: 0, session: 0, databases: 0, caches: 0, workers: 0 });
        const cookies = await ada.page.context().cookies();
        assert.ok(cookies.length > 1);
        const readable = cookies.filter(({ httpOnly }) => !httpOnly);
        assert.deepEqual(
            readable.map(({ name, value }) => `${name}=${value}`),
            ['latchkey_passkey_worked=1'],
        );
    });

    test('name no field or element like what scripts read (DOM clobbering)', async (t) => {
        const folder = path.join(root, 'web/templates');
        const names = new Set();
        for (const file of readdirSync(folder, { recursive: true })) {
            if (!file.endsWith('.mustache')) continue;
            const template = readFileSync(path.join(folder, file), 'utf8');
            const text = template.replaceAll(/<meta[^>]*>/g, ''); // whose names shadow nothing
            for (const [, name] of text.matchAll(/\s(?:id|name)="([^"{]+)"/g)) names.add(name);
        }
        assert.ok(names.size > 10);
        const ada = await site.meet(t); // on an empty page, where nothing is shadowed yet
        const shadowing = await ada.page.evaluate(
            (all) =>
                all.filter(
                    (name) =>
                        name in HTMLFormElement.prototype ||
                        name in Document.prototype ||
                        name in window,
                ),
            [...names],
        );
        assert.deepEqual(shadowing, ['name']); // a passkey's; no script reads a form's name
    });

    test('say what a browser without passkeys can do', async (t) => {
        const ada = await site.meet(t, { authenticator: null });
        await ada.page.addInitScript(() => {
            delete globalThis.PublicKeyCredential;
        });
        await ada.open();
        await ada.hears('This browser can’t use passkeys.');
        assert.ok(await ada.button('Continue with e-mail').isVisible());
    });

    test('are never shown in a frame of somebody else', async (t) => {
        const ada = await site.meet(t);
        const answer = await ada.open();
        assert.match(answer.headers()['content-security-policy'], /frame-ancestors 'none'/);
        assert.match(
            answer.headers()['content-security-policy'],
            /require-trusted-types-for 'script'/,
        );
    });

    test('tell password managers where passkeys are added and managed', async (t) => {
        const ada = await site.meet(t);
        const answer = await ada.page.request.get('/.well-known/passkey-endpoints', {
            maxRedirects: 0,
        });
        assert.equal(answer.status(), 200);
        assert.match(answer.headers()['content-type'], /^application\/json/);
        assert.deepEqual(Object.keys(await answer.json()).sort(), ['enroll', 'manage']);
    });
});
