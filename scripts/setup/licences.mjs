/** Licences of what is shipped (everything but development dependencies), held to the permissive ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './steps.mjs';

const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Apache 2.0',
  'MPL-2.0',
  'PostgreSQL',
  'Unlicense',
  'CC0-1.0',
  'Zlib',
  'Python-2.0',
  'BlueOak-1.0.0',
]);

/** Not code, or an unmodified dynamic library; each with the reason why it may be shipped. */
const EXCEPTIONS = [
  [/^@img\/sharp-/, 'libvips: LGPL-3.0-or-later as an unmodified dynamic library'],
  [/^caniuse-lite$/, 'CC-BY-4.0 data about browsers, not code'],
];

/** Where the `license` field of a package.json says nothing usable: read from its own licence file. */
const READ_BY_HAND = {
  // In the public domain, and in parts after pyfive, which is BSD-3-Clause.
  jsfive: 'BSD-3-Clause',
};

function accepts(expression) {
  return expression
    .replace(/[()]/g, '')
    .split(/\s+OR\s+/i)
    .some((choice) => choice.split(/\s+AND\s+/i).every((name) => PERMISSIVE.has(name.trim())));
}

function licenceOf(folder, name) {
  const { license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const declared =
    license?.type ??
    license ??
    (Array.isArray(licenses) ? licenses.map((l) => l.type ?? l).join(' OR ') : licenses);
  if (READ_BY_HAND[name]) return READ_BY_HAND[name];
  if (declared) return declared;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) return 'none stated';
  const text = readFileSync(join(folder, file), 'utf8');
  if (/Permission is hereby granted, free of charge/.test(text)) return 'MIT';
  if (/Apache License\s+Version 2\.0/.test(text)) return 'Apache-2.0';
  return 'unrecognised';
}

/** @returns {{counts: string, refused: string[]}} a one-line summary, and a sentence for each package that may not be shipped */
export function listLicences() {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const counts = new Map();
  const refused = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.dev || entry.devOptional || entry.link) continue;
    const folder = join(ROOT, path);
    if (!existsSync(join(folder, 'package.json'))) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (EXCEPTIONS.some(([pattern]) => pattern.test(name))) continue;
    const licence = licenceOf(folder, name);
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
    if (!accepts(licence))
      refused.push(`${name}@${entry.version}: "${licence}" is no permissive licence; take another package.`);
  }
  const summary = [...counts].sort((a, b) => b[1] - a[1]).map(([licence, count]) => `${count} ${licence}`);
  return { counts: summary.join(', '), refused };
}
