/** The server's settings, read once from the environment. An unknown COTRACE_ name stops the start. Opens nothing. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { startError } from './startErrors.ts';

export interface Config {
  /** 0 = any free one (tests). */
  port: number;
  /** Empty: every address. */
  host: string;
  /** All state lies below it. */
  home: string;
  /** Undefined: the built-in PostgreSQL below `home`. */
  databaseUrl: string | undefined;
  /** What trainers sign in with. Random when none was given: then no trainer of another machine can connect. */
  trainerToken: string;
  /** Where people reach the server, without a slash at the end; in invitation links and cookies. */
  publicUrl: string;
}

/** Every name that some part of Cotrace reads; the server itself reads those in {@link readConfig}. */
const KNOWN = [
  'COTRACE_HOME',
  'COTRACE_TRAINER_TOKEN',
  'COTRACE_PUBLIC_URL',
  'COTRACE_SERVER',
  'COTRACE_TOKEN',
  'COTRACE_ENGINE',
  'COTRACE_ENGINE_CACHE',
  'COTRACE_REPLICAS',
  'COTRACE_CHROMIUM',
  'COTRACE_TEST_DATA',
  'COTRACE_LONG',
  'COTRACE_UPDATE_SCREENS',
  'COTRACE_E2E_VERBOSE',
];

/** @throws StartError CONFIG_UNKNOWN, CONFIG_INVALID */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  for (const key of Object.keys(environment)) {
    if (key.startsWith('COTRACE_') && !KNOWN.includes(key))
      throw startError('CONFIG_UNKNOWN', { key, nearest: nearest(key, KNOWN) });
  }
  const read = <T>(key: string, expected: string, schema: z.ZodType<T, string>, fallback: T): T => {
    const came = environment[key];
    if (came === undefined || came === '') return fallback;
    const parsed = schema.safeParse(came);
    if (!parsed.success) throw startError('CONFIG_INVALID', { key, expected, came: shown(key, came) });
    return parsed.data;
  };
  const number = z.string().regex(/^\d+$/).transform(Number).pipe(z.number().max(65_535));
  const port = read('PORT', 'a number from 0 to 65535', number, 4680);
  const url = (protocol: RegExp) => z.url({ protocol });
  return {
    port,
    host: read('HOST', 'an address to listen at', z.string(), ''),
    home: resolve(read('COTRACE_HOME', 'a folder', z.string(), join(homedir(), '.cotrace'))),
    databaseUrl: read<string | undefined>(
      'DATABASE_URL',
      'postgresql://user:password@host:5432/name',
      url(/^postgres(ql)?$/),
      undefined,
    ),
    trainerToken: read(
      'COTRACE_TRAINER_TOKEN',
      'at least 16 characters',
      z.string().min(16),
      randomBytes(24).toString('base64url'),
    ),
    publicUrl: read(
      'COTRACE_PUBLIC_URL',
      'an address such as https://cotrace.example.org',
      url(/^https?$/).transform((text) => text.replace(/\/+$/, '')),
      `http://localhost:${port}`,
    ),
  };
}

/** Secrets never reach a terminal or a log. */
function shown(key: string, value: string): string {
  return /TOKEN|URL/.test(key) ? `${value.slice(0, 4)}…` : value;
}

function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((candidate) => editDistance(name, candidate));
  return known[distances.indexOf(Math.min(...distances))]!;
}

/** Levenshtein, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
