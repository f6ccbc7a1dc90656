// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Pictures of what render_previews wrote: light, dark and 320 px wide.
// Usage: node web/preview/screenshots.mjs FOLDER [NAME_PART]
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import path from 'node:path';

const require = createRequire(new URL('../../tests/browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const looks = {
    light: { width: 1000, colorScheme: 'light' },
    dark: { width: 1000, colorScheme: 'dark' },
    narrow: { width: 320, colorScheme: 'light' },
};
const types = {
    '.html': 'text/html',
    '.css': 'text/css',
    '.js': 'text/javascript',
    '.svg': 'image/svg+xml',
};

const [folder, part = ''] = process.argv.slice(2);
const server = createServer(async (request, response) => {
    const file = path.join(folder, path.normalize(new URL(request.url, 'http://x').pathname));
    let body = await readFile(file).catch(() => undefined);
    // A page that leads away would be gone before its picture is taken.
    if (file.includes('done-')) body = body.toString().replace('http-equiv="refresh"', '');
    const type = types[path.extname(file)] ?? 'text/plain';
    response.writeHead(body ? 200 : 404, { 'Content-Type': type });
    response.end(body);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://localhost:${server.address().port}`;

const browser = await chromium.launch({
    executablePath: process.env.LATCHKEY_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
});
const files = await readdir(folder);
const names = files.filter((name) => name.endsWith('.html') && name.includes(part));
for (const [look, { width, colorScheme }] of Object.entries(looks)) {
    const context = await browser.newContext({ viewport: { width, height: 700 }, colorScheme });
    const page = await context.newPage();
    for (const name of names) {
        await page.goto(`${origin}/${name}`, { waitUntil: 'load' });
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        if (overflow > 0) console.log(`${name} (${look}): ${overflow} px too wide`);
        const picture = path.join(folder, `${path.parse(name).name}.${look}.png`);
        await page.screenshot({ path: picture, fullPage: true });
    }
    await context.close();
}
await browser.close();
server.close();
