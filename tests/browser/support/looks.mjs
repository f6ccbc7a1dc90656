// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// What must hold of a screen whoever looks at it, and pictures of it in build/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from './process.mjs';

const pictures = path.join(root, 'build/screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a page may cost. */
export const budget = { requests: 5, bytes: 25 * 1024 };

const looks = {
    light: { colorScheme: 'light', width: 1024, height: 800 },
    dark: { colorScheme: 'dark', width: 1024, height: 800 },
    narrow: { colorScheme: 'light', width: 320, height: 640 },
};

/** Through the DevTools protocol: the page's own policy would refuse the script. */
async function bringAxe(person) {
    await person.devtools.send('Runtime.evaluate', { expression: axe });
}

/** What axe finds, each as one line: rule and the element. */
async function violations(person) {
    return person.page.evaluate(async () => {
        const found = await globalThis.axe.run(document, { resultTypes: ['violations'] });
        return found.violations.flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.html}`),
        );
    });
}

/** The screen in each look: a picture, and nothing sticks out. `judge` looks closer. */
export async function fitsEverywhere(person, name, judge = async () => {}) {
    mkdirSync(pictures, { recursive: true });
    for (const [look, { colorScheme, ...size }] of Object.entries(looks)) {
        await person.page.setViewportSize(size);
        await person.page.emulateMedia({ colorScheme });
        await person.page.screenshot({
            path: path.join(pictures, `${name}-${look}.png`),
            fullPage: true,
        });
        const { scrollWidth, clientWidth } = await person.page.evaluate(() => ({
            scrollWidth: document.documentElement.scrollWidth,
            clientWidth: document.documentElement.clientWidth,
        }));
        assert.ok(scrollWidth <= clientWidth, `${look}: ${scrollWidth} > ${clientWidth}`);
        await judge(look);
    }
}

/** What the screen itself needs where nothing is cached: addresses, and bytes of bodies as sent. */
function weight(person) {
    return person.page.evaluate(() => {
        const needed = ['navigation', 'resource']
            .flatMap((type) => performance.getEntriesByType(type))
            .filter((entry) => entry.initiatorType !== 'fetch') // what the person did
            .filter((entry) => !entry.name.includes('/assets/brand-')); // the operator's own
        return {
            requests: needed.map((entry) => entry.name),
            bytes: needed.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
        };
    });
}

/** The screen before the person is light, fits everywhere and has no barrier that axe knows. */
export async function hasGoodLooks(person, name) {
    const { requests, bytes } = await weight(person);
    assert.ok(requests.length <= budget.requests, `${name}: ${requests.join('\n')}`);
    assert.ok(bytes > 0 && bytes <= budget.bytes, `${name}: ${bytes} bytes`);
    await bringAxe(person);
    await fitsEverywhere(person, name, async (look) => {
        assert.deepEqual(await violations(person), [], `${name}, ${look}`);
    });
}
