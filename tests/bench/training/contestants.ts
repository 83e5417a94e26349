/** Starts who takes part in one comparison, each in a process of its own, and makes sure that all compute the same network. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@cotrace/tissue';
import { BenchError } from '../measure.ts';
import { type PeerProcess, startPeer } from './peerProcess.ts';
import type { Description, PrecisionName, Told } from './question.ts';
import { BATCH, type Contestant, DEPTH, nameOf, type Setting, type Who } from './settings.ts';

/** Greatest difference of two probabilities of one pixel from the same weights; bfloat16 has two digits. */
const SAME: Readonly<Record<PrecisionName, number>> = { float32: 1e-4, bfloat16: 0.1 };

export interface Running {
  readonly contestant: Contestant;
  readonly process: PeerProcess;
  readonly told: Told;
}

export interface Sitting extends AsyncDisposable {
  readonly folder: string;
  readonly running: readonly Running[];
}

/** `python` undefined: Cotrace alone. Throws BenchError where a peer computes something else. */
export async function openSitting(
  setting: Setting,
  options: { python: string | undefined; precisions: readonly PrecisionName[] },
): Promise<Sitting> {
  const folder = await mkdtemp(join(tmpdir(), 'cotrace-training-'));
  const processes: PeerProcess[] = [];
  const end = async () => {
    await Promise.all(processes.map((process) => process.end()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const data = join(folder, 'batch.f32');
    await writeFile(data, batchBytes(setting.side));
    const all: Who[] = options.python === undefined ? ['cotrace'] : ['cotrace', 'keras', 'torch'];
    const contestants = options.precisions.flatMap((precision) => all.map((who) => ({ who, precision })));
    const running: Running[] = [];
    let truth: readonly number[] | undefined;
    for (const contestant of contestants) {
      const process = startPeer({ name: nameOf(contestant), ...commandOf(contestant.who, options.python) });
      processes.push(process);
      const { precision } = contestant;
      const weights = join(folder, 'weights.f32');
      const make: Description = { ...setting, depth: DEPTH, batch: BATCH, precision, data, weights };
      const told = await process.ask<Told>({ make });
      const { values } = await process.ask<{ values: number[] }>({ check: true });
      truth ??= values;
      checkSame(contestant, { told, values }, { parameters: running[0]?.told.parameters, values: truth });
      running.push({ contestant, process, told });
    }
    return { folder, running, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

function commandOf(who: Who, python: string | undefined) {
  const here = import.meta.dirname;
  return who === 'cotrace'
    ? { command: process.execPath, args: ['--import', 'tsx', join(here, 'ours.ts')] }
    : { command: python!, args: [join(here, 'peers', `${who}_peer.py`)] };
}

interface Seen {
  readonly parameters: number | undefined;
  readonly values: readonly number[];
}

function checkSame(
  contestant: Contestant,
  came: { told: Told; values: readonly number[] },
  expected: Seen,
): void {
  const worst = came.values.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - expected.values[at]!)),
    0,
  );
  const isSame =
    came.values.length === expected.values.length &&
    (expected.parameters ?? came.told.parameters) === came.told.parameters &&
    worst <= SAME[contestant.precision];
  if (isSame) return;
  throw new BenchError(
    `${nameOf(contestant)} does not compute the same network: ${came.told.parameters} parameters, probabilities up to ` +
      `${worst.toPrecision(2)} away from Cotrace's with the same weights. The bench compares nothing like that; mend its peer.`,
  );
}

/** Standardised noise and what a threshold makes of it: time does not depend on the picture. */
function batchBytes(side: number): Buffer {
  const random = seededRandom(2);
  const images = Float32Array.from({ length: BATCH * side * side }, () => random.between(-1.7, 1.7));
  const targets = images.map((value) => (value > 0 ? 1 : 0));
  return Buffer.concat([Buffer.from(images.buffer), Buffer.from(targets.buffer)]);
}
