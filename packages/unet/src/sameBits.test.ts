/** The same seed gives the same model to the bit: in another process, and after an interruption. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import type { UnetConfig } from './config.ts';
import { nativeEngine } from './testing/nativeEngine.ts';
import type { TrainedHashRun } from './testing/trainedHash.ts';

const run = promisify(execFile);

async function trainedHash(threads: number, what: TrainedHashRun): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'testing/trainedHash.ts'), JSON.stringify(what)],
    {
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: `${threads}`, TF_NUM_INTEROP_THREADS: `${threads}` },
    },
  );
  return stdout;
}

const config: UnetConfig = {
  preset: 'default',
  base: 8,
  depth: 3,
  classes: 2,
  normalization: 'weights',
  dropout: 0.25,
};
const runs: [string, TrainedHashRun][] = [
  ['the default network in float32', { config, precision: 'float32', side: 64, steps: 6 }],
  ['the default network in bfloat16', { config, precision: 'bfloat16', side: 64, steps: 6 }],
  [
    'the course network in bfloat16',
    {
      config: { ...config, preset: 'course', normalization: 'none' },
      precision: 'bfloat16',
      side: 64,
      steps: 6,
    },
  ],
];

let native: boolean;
beforeAll(async () => {
  native = (await nativeEngine()) !== null;
});

// Each takes two processes; all of them with COTRACE_LONG=1.
const short = new Set(['1 the default network in float32', '2 the default network in bfloat16']);
const wanted = [1, 2].flatMap((threads) =>
  runs
    .filter(([title]) => process.env.COTRACE_LONG === '1' || short.has(`${threads} ${title}`))
    .map(([title, what]) => [threads, title, what] as const),
);

it.each(wanted)('with %i threads, %s', { timeout: 120_000 }, async (threads, _, what) => {
  if (!native) return;
  const once = await trainedHash(threads, what);
  expect(once).toMatch(/^[0-9a-f]{64}$/);
  // Breaking off is a second process too.
  expect(await trainedHash(threads, { ...what, interrupted: 3 })).toBe(once);
});
