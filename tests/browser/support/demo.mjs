// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// `latchkey demo` on a free port, with a mailbox of its own.
import path from 'node:path';

import { binary } from './latchkey.mjs';
import { freePort, start, temporaryFolder } from './process.mjs';

export async function demo() {
    const { folder, remove } = temporaryFolder('demo');
    const port = await freePort();
    const program = await start(
        binary,
        ['demo', '--port', String(port), '--data', path.join(folder, 'demo')],
        { isReady: (line) => line.startsWith('Ctrl-C stops it.') },
    );
    return {
        origin: `http://localhost:${port}`,
        async stop() {
            await program.stop('SIGINT');
            remove();
        },
    };
}
