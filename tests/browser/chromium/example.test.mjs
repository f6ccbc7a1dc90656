// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// examples/beast_server.cpp, as tests/embedding builds it against the installed library.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { plugIn } from '../support/authenticator.mjs';
import { freePort, root, start } from '../support/process.mjs';
import { launchChromium } from '../support/site.mjs';

const binary = path.join(root, 'build/embedding/examples-static/beast_server');

describe('The example of a relying party with Beast', () => {
    let server, browser, page, devtools, origin;

    before(async () => {
        const port = await freePort();
        server = await start(binary, [`${port}`], { isReady: (line) => line.includes('http') });
        origin = server.line;
        browser = await launchChromium();
    });
    after(async () => {
        await browser?.close();
        await server?.stop();
    });

    async function arrive(t) {
        const context = await browser.newContext();
        t.after(() => context.close());
        page = await context.newPage();
        page.on('pageerror', (error) => assert.fail(error));
        devtools = await context.newCDPSession(page);
        await devtools.send('WebAuthn.enable');
        await plugIn(devtools, { isPresent: true });
        await page.goto(origin);
    }

    async function press(button, said) {
        await page.getByRole('button', { name: button }).click();
        await page.getByRole('status').getByText(said).waitFor();
    }

    test('creates a passkey and signs in with it', async (t) => {
        await arrive(t);
        await press('Create a passkey', 'Passkey created.');
        await press('Sign in', 'Signed in.');
    });

    test('takes a response once', async (t) => {
        await arrive(t);
        await press('Create a passkey', 'Passkey created.');
        const posted = page.waitForRequest(`${origin}/sign-in`);
        await press('Sign in', 'Signed in.');
        const again = await page.request.post(`${origin}/sign-in`, {
            data: (await posted).postData(),
        });
        assert.equal(again.status(), 400);
    });

    test('knows no passkey that was not created there', async (t) => {
        await arrive(t);
        await press('Create a passkey', 'Passkey created.');
        const posted = page.waitForRequest(`${origin}/sign-in`);
        await page.route(`${origin}/sign-in`, (route) => route.abort());
        await page.getByRole('button', { name: 'Sign in' }).click();
        const response = JSON.parse((await posted).postData());
        response.id = response.rawId = 'AAAA';
        const answer = await page.request.post(`${origin}/sign-in`, { data: response });
        assert.equal(answer.status(), 404);
    });
});
