// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// A real mail server (exim4) on loopback, and what arrived there.
import path from 'node:path';

import { root, run, start, temporaryFolder } from './process.mjs';

const program = path.join(root, 'tests/support/smtp_server');

export async function startMail() {
    const { folder, remove } = temporaryFolder('mail');
    const server = await start(program, ['start', folder, '--with-parent'], {
        isReady: (line) => line.startsWith('{'),
    });
    const settings = JSON.parse(server.line);
    const taken = new Map(); // address -> mails that were read
    return {
        ...settings,

        /** The next mail for the address that no test has read yet, waiting for it. */
        async next(address) {
            const count = (taken.get(address) ?? 0) + 1;
            const args = [
                'read',
                folder,
                '--to',
                address,
                '--count',
                String(count),
                '--seconds',
                '40', // two looks of ours at the outbox are up to 30 apart
            ];
            const mails = JSON.parse(await run(program, args));
            taken.set(address, count);
            return mails[count - 1];
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
