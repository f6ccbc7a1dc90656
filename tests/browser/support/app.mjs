// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// An authenticator app that others wrote: zbarimg scans, oathtool makes the codes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The text of the one QR code in a picture (PNG). */
export function scan(picture) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-qr-'));
    try {
        const file = path.join(folder, 'qr.png');
        writeFileSync(file, picture);
        const options = ['--quiet', '--raw', '--set', '*.enable=0', '--set', 'qrcode.enable=1'];
        const found = execFileSync('zbarimg', [...options, file], { encoding: 'utf8' }).trim();
        assert.ok(!found.includes('\n'), 'one code only');
        return found;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

const STEP = 30; // seconds, every app's default

/** The time step of now. */
export function currentStep() {
    return Math.floor(Date.now() / 1000 / STEP);
}

/** The code of a base32 secret in a time step, with the app's defaults: SHA-1, 6 digits. */
export function codeOf(secret, step) {
    const options = ['--totp', '--base32', `--now=@${step * STEP}`];
    return execFileSync('oathtool', [...options, secret], { encoding: 'utf8' }).trim();
}
