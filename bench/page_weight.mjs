// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// (e) What the sign-in page weighs and when it can be used, on slow 4G (150 ms, 1.6 Mbit/s) with
// a CPU four times slower, from an empty cache; the median of several visits in Chromium.
// Usable: the passkey button is there, its script runs, and no long task is left.
//
// Usage: node bench/page_weight.mjs [URL]     of a sign-in page; without one, of a demo of its own
import { createRequire } from 'node:module';
import path from 'node:path';

import { freePort, root, start, temporaryFolder } from '../tests/browser/support/process.mjs';

const require = createRequire(new URL('../tests/browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const visits = 7;
const aims = { requests: 5, bytes: 25 * 1024, usableMs: 1000 };

/** The sign-in page to measure, and how to stop what serves it. */
async function findPage() {
    if (process.argv[2]) return { url: process.argv[2], stop: () => {} };
    const binary = process.env.LATCHKEY_BINARY ?? path.join(root, 'build/release/src/app/latchkey');
    const { folder, remove } = temporaryFolder('page-weight');
    const port = await freePort();
    const server = await start(binary, ['demo', '--port', String(port), '--data', folder], {
        isReady: (line) => line.includes(`http://localhost:${port}`),
    });
    const stop = async () => {
        await server.stop();
        remove();
    };
    return { url: `http://localhost:${port}/sign-in`, stop };
}

/** In the page, before anything else: notes when the button is usable. */
function watch() {
    globalThis.longTaskEnd = 0;
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) {
            const end = task.startTime + task.duration;
            globalThis.longTaskEnd = Math.max(globalThis.longTaskEnd, end);
        }
    }).observe({ type: 'longtask', buffered: true });
    globalThis.usable = customElements
        .whenDefined('latchkey-passkey-button')
        .then(() => new Promise((resolve) => requestAnimationFrame(resolve)))
        .then(() => performance.now());
}

async function visit(browser, url) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 150,
        downloadThroughput: 1.6e6 / 8,
        uploadThroughput: 1.6e6 / 8,
    });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const seen = { requests: 0, bytes: 0 };
    devtools.on('Network.requestWillBeSent', () => (seen.requests += 1));
    devtools.on('Network.loadingFinished', (done) => (seen.bytes += done.encodedDataLength));
    await page.addInitScript(watch);
    await page.goto(url, { waitUntil: 'networkidle' });
    const usableMs = await page.evaluate(async () =>
        Math.max(await globalThis.usable, globalThis.longTaskEnd),
    );
    await context.close();
    return { ...seen, usableMs };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const page = await findPage();
const browser = await chromium.launch({
    executablePath: process.env.LATCHKEY_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const results = [];
for (let i = 0; i < visits; i += 1) results.push(await visit(browser, page.url));
await browser.close();
await page.stop();

const found = Object.fromEntries(
    Object.keys(aims).map((key) => [key, median(results.map((result) => result[key]))]),
);
const figures = Object.entries(aims).map(
    ([key, aim]) => `${key} ${Math.round(found[key])} (aim ${aim})`,
);
const isMet = Object.entries(aims).every(([key, aim]) => found[key] <= aim);
console.log(`${isMet ? 'met' : 'MISSED'}: ${figures.join(', ')}`);
process.exit(isMet ? 0 : 1);
