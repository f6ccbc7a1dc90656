// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// A real mail server (exim4) on loopback, and what arrived there.
import path from 'node:path';

import { root, start, temporaryFolder } from './process.mjs';

const program = path.join(root, 'tests/support/smtp_server');

export async function startMail() {
    const { folder, remove } = temporaryFolder('mail');
    const server = await start(program, ['start', folder, '--with-parent', '--mails'], {
        isReady: (line) => line.startsWith('{'),
    });
    const boxes = new Map(); // address -> mails, oldest first
    const taken = new Map(); // address -> how many of them were read
    let sorted = server.said.indexOf(server.line) + 1;
    return {
        ...JSON.parse(server.line),

        /** The next mail for the address that no test has read yet, waiting for it. */
        async next(address) {
            const before = taken.get(address) ?? 0;
            taken.set(address, before + 1);
            return server.hears((lines) => {
                for (; sorted < lines.length; ++sorted) {
                    if (!lines[sorted].startsWith('{')) continue; // what exim4 says for itself
                    const mail = JSON.parse(lines[sorted]);
                    boxes.set(mail.to, [...(boxes.get(mail.to) ?? []), mail]);
                }
                return boxes.get(address)?.[before];
            });
        },

        /** The next mail, which must be a code: its digits. */
        async nextCode(address) {
            const { subject } = await this.next(address);
            const code = subject.match(/^[\d ]+/)?.[0].replaceAll(' ', '');
            if (!/^\d{8}$/.test(code ?? '')) throw new Error(`no code comes first in: ${subject}`);
            return code;
        },

        async stop() {
            await server.stop();
            remove();
        },
    };
}
