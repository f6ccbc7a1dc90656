// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';

import { root } from '../support/process.mjs';
import { app, looks, screens } from '../support/screens.mjs';
import { useSite } from '../support/site.mjs';

const pictures = path.join(root, 'build/screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, each as one line: rule and the element. */
async function violations(person) {
    // Through the DevTools protocol: the page's own policy would refuse the script.
    await person.devtools.send('Runtime.evaluate', { expression: axe });
    const found = await person.page.evaluate(() => globalThis.axe.run(document));
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

describe('Every screen, light, dark and 320 pixels wide', () => {
    const site = useSite({ extra: `return_to = ["${app}"]`, providers: ['google', 'apple'] });
    mkdirSync(pictures, { recursive: true });

    for (const [name, reach] of Object.entries(screens)) {
        test(`${name}: no barrier that axe knows, and nothing sticks out`, async (t) => {
            const person = await site.meet(t, { reducedMotion: 'reduce', ignoreHTTPSErrors: true });
            await reach(person, site.newAddress());
            for (const [look, { colorScheme, ...size }] of Object.entries(looks)) {
                await person.page.setViewportSize(size);
                await person.page.emulateMedia({ colorScheme });
                await person.page.screenshot({
                    path: path.join(pictures, `${name}-${look}.png`),
                    fullPage: true,
                });
                assert.deepEqual(await violations(person), [], `${name}, ${look}`);
                const { scrollWidth, clientWidth } = await person.page.evaluate(() => ({
                    scrollWidth: document.documentElement.scrollWidth,
                    clientWidth: document.documentElement.clientWidth,
                }));
                assert.ok(scrollWidth <= clientWidth, `${look}: ${scrollWidth} > ${clientWidth}`);
            }
        });
    }
});
