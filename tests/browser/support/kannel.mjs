// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// A real gateway for text messages (Kannel) on loopback, and the phones behind it: Kannel's fake
// message centre, which tells what arrived.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { freePort, start, temporaryFolder } from './process.mjs';

const password = 'kannel-password';

function configuration({ folder, admin, boxes, centre, sendsms }) {
    return `
group = core
admin-port = ${admin}
admin-password = ${password}
admin-interface = 127.0.0.1
smsbox-port = ${boxes}
smsbox-interface = 127.0.0.1
store-type = file
store-location = ${folder}/store

group = smsc
smsc = fake
smsc-id = fake
port = ${centre}
host = 127.0.0.1
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendsms}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = latchkey
password = ${password}
max-messages = 4
concatenation = true
user-allow-ip = "127.0.0.1"
`;
}

export async function startKannel() {
    const { folder, remove } = temporaryFolder('kannel');
    const [admin, boxes, centre, sendsms] = [
        await freePort(), await freePort(), await freePort(), await freePort(),
    ];
    const file = path.join(folder, 'kannel.conf');
    writeFileSync(file, configuration({ folder, admin, boxes, centre, sendsms }));
    const secret = path.join(folder, 'password');
    writeFileSync(secret, password, { mode: 0o600 });
    const bearer = await start('/usr/sbin/bearerbox', [file], {
        isReady: (line) => line.includes('entering mainloop'),
    });
    const box = await start('/usr/sbin/smsbox', [file], {
        isReady: (line) => line.includes('Connected to bearerbox'),
    });
    const phones = await start('/usr/lib/kannel/test/fakesmsc',
        ['-H', '127.0.0.1', '-r', String(centre), '-i', '100000', '-m', '1', '100 200 text nop'],
        { isReady: (line) => line.includes('fakesmsc: sent message 1') });
    const read = new Map(); // number -> messages that were read
    return {
        section: (countries = '"DE", "FR"') => `
[sms]
provider = "kannel"
url = "http://127.0.0.1:${sendsms}/cgi-bin/sendsms"
user = "latchkey"
password_file = "${secret}"
from = "Example"
countries = [${countries}]
`,

        /** The code in the next message to the number that no test has read yet. */
        async nextCode(number) {
            const taken = read.get(number) ?? 0;
            read.set(number, taken + 1);
            return phones.hears((lines) => {
                const codes = lines.flatMap((line) => {
                    const message = line.match(/Got message \d+: <\S+ (\+\d+) text (\d{6}) /);
                    return message?.[1] === number ? [message[2]] : [];
                });
                return codes[taken];
            });
        },

        /** The last line of a message, the one that browsers read, arrived. */
        boundLine: (host, code) =>
            phones.hears((lines) =>
                lines.find((line) => line.includes(`<@${host} #${code}>`)),
            ),

        async stop() {
            for (const one of [phones, box, bearer]) await one.stop();
            remove();
        },
    };
}
