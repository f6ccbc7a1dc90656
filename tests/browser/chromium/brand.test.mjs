// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { hasGoodLooks } from '../support/looks.mjs';
import { temporaryFolder } from '../support/process.mjs';
import { useSite } from '../support/site.mjs';

// A style of its own and a script: the one has to work, the other must not run.
const logo = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32" viewBox="0 0 120 32">
<style>rect { fill: #0b8457 }</style>
<script>globalThis.parent.document.title = 'the logo ran'</script>
<rect width="32" height="32" rx="8"/><rect x="44" y="12" width="76" height="8" rx="4"/>
</svg>`;

/** The number of the picture's pixels that are not transparent, as the browser drew it. */
const drawnPixels = (image) =>
    image.evaluate((element) => {
        const canvas = document.createElement('canvas');
        canvas.width = element.naturalWidth;
        canvas.height = element.naturalHeight;
        const context = canvas.getContext('2d');
        context.drawImage(element, 0, 0);
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        let green = 0;
        for (let at = 0; at < data.length; at += 4) {
            if (data[at] === 0x0b && data[at + 1] === 0x84 && data[at + 2] === 0x57) ++green;
        }
        return green;
    });

const colourOf = (element, property) =>
    element.evaluate((found, name) => getComputedStyle(found)[name], property);

describe("The operator's brand", () => {
    const { folder, remove } = temporaryFolder('brand');
    const file = path.join(folder, 'logo.svg');
    writeFileSync(file, logo);
    after(remove);
    const site = useSite({
        brand: `logo = "${file}"
icon = "${file}"
accent = "#0b8457"
radius = 4
privacy = "https://www.example.test/privacy"
terms = "https://www.example.test/terms"`,
    });

    test('logo, colours, corners and links are on each screen, and can be seen', async (t) => {
        const ada = await site.meet(t);
        await ada.open();
        await hasGoodLooks(ada, 'brand-sign-in');
        await ada.page.emulateMedia({ colorScheme: 'light' });
        const image = ada.page.getByRole('img', { name: 'Example' });
        assert.ok((await drawnPixels(image)) > 1000);
        const button = ada.button('Continue with Passkey');
        assert.equal(await colourOf(button, 'backgroundColor'), 'rgb(11, 132, 87)');
        assert.equal(await colourOf(button, 'borderRadius'), '4px');
        const icon = await ada.page.locator('link[rel=icon]').getAttribute('href');
        assert.equal(icon, await image.getAttribute('src'));
        for (const name of ['Privacy', 'Terms']) {
            const link = ada.page.getByRole('link', { name });
            assert.match(await link.getAttribute('href'), /^https:\/\/www\.example\.test\//);
        }
        assert.notEqual(await ada.page.title(), 'the logo ran');

        await ada.signUp(site.newAddress());
        await ada.page.goto('/settings/security');
        await hasGoodLooks(ada, 'brand-settings');
    });

    test('whoever opens the logo by itself runs nothing of it', async (t) => {
        const context = await site.browser.newContext({ baseURL: site.origin });
        t.after(() => context.close());
        const page = await context.newPage();
        await page.goto('/sign-in');
        const source = await page.getByRole('img', { name: 'Example' }).getAttribute('src');
        const refusal = page.waitForEvent('console');
        const response = await page.goto(source);
        assert.match(response.headers()['content-security-policy'], /default-src 'none'.*sandbox/);
        assert.equal(response.headers()['content-type'], 'image/svg+xml');
        assert.match((await refusal).text(), /^Blocked script execution/);
    });
});
