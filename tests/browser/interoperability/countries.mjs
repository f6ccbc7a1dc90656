// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// The table of src/accounts/countries.cpp, from libphonenumber-js' metadata. `node
// interoperability/countries.mjs` writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import metadata from 'libphonenumber-js/metadata.max.json';

import { root } from '../support/process.mjs';

const file = path.join(root, 'src/accounts/countries.cpp');
const begin = '    // clang-format off\n';
const end = '    // clang-format on\n';

/** What the metadata says of a country, by the places in its array. */
function read(code) {
    const [calling, , pattern, lengths, , trunk, , parsing, transform, , , types] =
        metadata.countries[code];
    return {
        code,
        calling,
        trunk: trunk || '',
        parsing: parsing || '',
        transform,
        mobile: types?.[1]?.[0] || types?.[0]?.[0] || pattern, // empty: the same as fixed lines
        lengths: types?.[1]?.[1] ?? lengths,
    };
}

/** Whether the national form is just the number behind a trunk prefix. */
function trunkOf({ trunk, parsing, transform }) {
    if (trunk === '' && parsing === '') return 'none';
    const isPlain = !transform && (parsing === '' || parsing.split('|').includes(trunk));
    return trunk !== '' && isPlain ? 'stripped' : 'other';
}

/** The three-digit area codes of a country that shares the calling code 1, by trying them. */
function areasOf(country) {
    const full = new RegExp(`^(?:${country.mobile})$`);
    const areas = [];
    for (let area = 200; area <= 999; area += 1) {
        for (let exchange = 200; exchange <= 999; exchange += 1) {
            const begin = `${area}${exchange}`;
            if (full.test(`${begin}0123`) || full.test(`${begin}5678`)) {
                areas.push(String(area));
                break;
            }
        }
    }
    return areas;
}

/** One for a calling code: others that share it are not told apart, but under 1 and 7. */
function countries() {
    const known = Object.entries(metadata.country_calling_codes);
    return known.flatMap(([calling, [first, ...others]]) => {
        const rest = { ...read(first), areas: [] };
        if (calling === '7') return [rest, { ...read('KZ'), areas: ['6', '7'] }];
        if (calling !== '1') return [rest];
        return [rest, ...others.map(read).map((one) => ({ ...one, areas: areasOf(one) }))];
    }).sort((a, b) => (a.code < b.code ? -1 : 1));
}

function rowOf({ code, calling, areas, trunk, lengths, ...rest }) {
    const mask = lengths.reduce((bits, length) => bits | (1 << length), 0);
    const kind = trunkOf({ trunk, ...rest });
    const begins = `{"${code}", "${calling}", "`;
    const ends = `", "${kind === 'stripped' ? trunk : ''}", 0x${mask.toString(16)}, ${kind}},`;
    const lines = (areas.join(' ').match(/.{1,60}(?: |$)/g) ?? ['']);
    return lines.map((line, at) => {
        const head = at === 0 ? begins : '    "';
        return `    ${head}${line}${at === lines.length - 1 ? ends : '"'}\n`;
    }).join('');
}

export function written() {
    return readFileSync(file, 'utf8');
}

/** The file as it should be. */
export function generated() {
    const text = written();
    const from = text.indexOf(begin) + begin.length;
    return text.slice(0, from) + countries().map(rowOf).join('') + text.slice(text.indexOf(end));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, generated());
