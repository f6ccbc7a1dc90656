// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The real program, with a configuration and a data folder of its own.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { fakeTime, realTime } from './fake_time.mjs';
import { freePort, root, run, start, temporaryFolder } from './process.mjs';

export const binary = process.env.LATCHKEY_BINARY ?? path.join(root, 'build/dev/src/app/latchkey');

function toml({ port, folder, mail, extra, brand, sections }) {
    return `
origin = "http://localhost:${port}"
listen = "127.0.0.1:${port}"
data = "${folder}/data"
${extra}

[brand]
name = "Example"
support = "help@example.test"
${brand}

[smtp]
url = "smtp://${mail.host}:${mail.starttls}"
user = "${mail.user}"
password_file = "${folder}/smtp-password"
ca_file = "${mail.ca}"
from = "Example <sign-in@example.test>"
${sections}`;
}

/**
 * Starts `latchkey serve` on a free port, with mail going to the given server. More of the
 * configuration: `extra`, keys at its top, `brand`, keys of that section, and `sections`, at its
 * end. `faketime`: its clock can be moved.
 */
export async function startLatchkey(
    mail,
    { extra = '', brand = '', sections = '', faketime = false } = {},
) {
    const { folder, remove } = temporaryFolder('data');
    const port = await freePort();
    const config = path.join(folder, 'latchkey.toml');
    writeFileSync(path.join(folder, 'smtp-password'), mail.password, { mode: 0o600 });
    writeFileSync(config, toml({ port, folder, mail, extra, brand, sections }), { mode: 0o600 });
    const time = faketime ? fakeTime(path.join(folder, 'time')) : realTime;
    const serve = () =>
        start(binary, ['serve', '--config', config], {
            isReady: (line) => line.includes('"event":"listening"'),
            env: time.env,
        });
    let server = await serve();
    return {
        origin: `http://localhost:${port}`,
        rpId: 'localhost',

        /** A command of the operator: its output. */
        command: (...args) => run(binary, [...args, '--config', config]),

        /** Moves the clock of the server (of nobody else) on by so many hours. */
        passHours: time.passHours,
        secondsPassed: time.secondsPassed,

        /** Stops the server and starts it again on the same data. */
        async restart() {
            await server.stop();
            server = await serve();
        },

        async stop() {
            const { code, signal } = await server.stop();
            remove();
            if (code !== 0)
                throw new Error(
                    `latchkey ended with ${code ?? signal}:\n${server.said.join('\n')}`,
                );
        },
    };
}
