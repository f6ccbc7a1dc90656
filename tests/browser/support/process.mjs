// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// Programs that a test starts, and that never outlive it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

export const root = path.resolve(import.meta.dirname, '../../..');

/** A folder of its own, and the function that removes it. */
export function temporaryFolder(name) {
    const folder = mkdtempSync(path.join(tmpdir(), `latchkey-${name}-`));
    return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A port that was free a moment ago. */
export async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

/**
 * Starts a program and waits for the first line of its output for which `isReady` is true.
 * Fails with everything that it said if it ends before.
 */
export async function start(command, args, { isReady, env = {}, stdio = 'pipe' } = {}) {
    const child = spawn(command, args, {
        stdio: [stdio, 'pipe', 'pipe'],
        env: { ...process.env, ...env },
    });
    // Not 'close': a program that it started in turn may hold its output a little longer.
    const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    const said = [];
    const looking = new Set();
    const ready = new Promise((resolve) => {
        for (const stream of [child.stdout, child.stderr]) {
            readline.createInterface({ input: stream }).on('line', (line) => {
                said.push(line);
                if (isReady(line)) resolve(line);
                for (const look of looking) look();
            });
        }
    });
    const failed = new Promise((_, reject) => child.once('error', reject));
    const line = await Promise.race([
        ready,
        failed,
        ended.then(({ code, signal }) => {
            throw new Error(
                `${command} ended (${code ?? signal}) before it was ready:\n${said.join('\n')}`,
            );
        }),
    ]);
    return {
        line,
        said,
        /** What `find` makes of the lines that were said, as soon as that is something. */
        hears: (find) =>
            new Promise((resolve) => {
                const look = () => {
                    const found = find(said);
                    if (found === undefined) return;
                    looking.delete(look);
                    resolve(found);
                };
                looking.add(look);
                look();
            }),
        /** Stops it as a person would, and tells how it ended. */
        async stop(signal = 'SIGTERM') {
            child.kill(signal);
            return ended;
        },
    };
}

/** The output of a program that must succeed. */
export async function run(command, args) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
        child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
    }
    const [code] = await once(child, 'close');
    if (code !== 0)
        throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.stderr}`);
    return output.stdout;
}
