/** Runs of several processes, held against those of one. */
import { readdirSync, readFileSync } from 'node:fs';
import { findMpi } from '@cotrace/mirror';
import { describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../checkpoint.ts';
import { MEMBRANE_LABELS } from '../section.ts';
import { TINY_RECIPE, testEngine } from '../testing/tinyModel.ts';
import { partlyLabelled, stripes } from '../testing/tissueSections.ts';
import { train } from '../train.ts';
import type { TrainOptions, TrainResult } from '../trainOptions.ts';
import { type Replication, trainReplicated } from './trainReplicated.ts';

// Every run starts processes that each load an engine of their own.
vi.setConfig({ testTimeout: 240_000 });

/** Half of it is new to the weights that a run goes on from: a retrain must not depend on who trains, either. */
const stripy = stripes({ width: 64, height: 64 });
const RETRAINED = { ...stripy, earlierLabels: partlyLabelled(stripy, (x) => x < 32).labels! };
const RECIPE = { ...TINY_RECIPE, batch: 4, steps: 20 };

async function optionsOf(changes: Partial<TrainOptions> = {}): Promise<TrainOptions> {
  return {
    engine: await testEngine(),
    labels: MEMBRANE_LABELS,
    sections: [RETRAINED],
    heldOut: [],
    recipe: RECIPE,
    seed: 1,
    precision: 'float32',
    ...changes,
  };
}

const two = async (changes: Partial<TrainOptions> = {}, replication: Partial<Replication> = {}) =>
  trainReplicated(await optionsOf(changes), { strategy: 'mirrored', replicas: 2, ...replication });

const flat = ({ model }: TrainResult) => model.state.parameters.flatMap(({ values }) => [...values]);

function relativeDifference(a: TrainResult, b: TrainResult): number {
  const [left, right] = [flat(a), flat(b)];
  return Math.hypot(...left.map((value, i) => value - right[i]!)) / Math.hypot(...left);
}

/** Ranks of the job that `mark` names, by rank, as the kernel lists them. */
function ranksOf(mark: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const rank = environment.find((entry) => entry.startsWith('PMI_RANK='))?.slice('PMI_RANK='.length);
      if (rank !== undefined && environment.includes(mark)) found.set(Number(rank), Number(pid));
    } catch {
      // It ended while the list was read, or is somebody else's.
    }
  }
  return found;
}

const mpiIsMissing = findMpi() === undefined;

/** The run that others are held against: two mirrored replicas, 20 steps. */
let reference: ReturnType<typeof two> | undefined;
const mirroredRun = () => {
  reference ??= two();
  return reference;
};

describe.skipIf(mpiIsMissing)('two replicas', () => {
  test('end with the weights of one process, by every synchronous strategy; and again with the same bits', async () => {
    const one = await train(await optionsOf());
    const mirrored = await mirroredRun();
    expect(mirrored).toMatchObject({ steps: 20, replicas: 2, labelledPixels: one.labelledPixels });
    expect(mirrored.finalLoss).toBeCloseTo(one.finalLoss!, 5);
    const others = [
      await two({}, { strategy: 'central-storage' }),
      await two({}, { strategy: 'multi-worker', hosts: ['127.0.0.1', '127.0.0.2'] }),
    ];
    for (const run of [mirrored, ...others]) expect(relativeDifference(one, run)).toBeLessThan(1e-5);
    expect(flat(await two())).toEqual(flat(mirrored));
  });

  test('with dropout, each image keeps its own', async () => {
    const recipe = { ...RECIPE, preset: 'course' as const, steps: 4 };
    const one = await train(await optionsOf({ recipe }));
    // The harder way: there only rank 0 counts steps.
    expect(relativeDifference(one, await two({ recipe }, { strategy: 'central-storage' }))).toBeLessThan(
      1e-5,
    );
  });

  test('cancelled leave a checkpoint; gone on from there, they end with the same bits as if never stopped', async () => {
    const straight = await mirroredRun();
    const stop = new AbortController();
    let saved: Checkpoint | undefined;
    const first = two({
      signal: stop.signal,
      onProgress: ({ step }) => step > 0 && stop.abort(),
      onCheckpoint: (checkpoint) => {
        saved = checkpoint;
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(saved!.step).toBeGreaterThan(0);
    const resumed = await two({ resumeFrom: saved! });
    expect(resumed.steps).toBe(20);
    expect(flat(resumed)).toEqual(flat(straight));
  });

  test('of which one is killed go on from the last checkpoint with the other', async () => {
    const mark = `COTRACE_TEST_MARK=${process.pid}-killed`;
    vi.stubEnv('COTRACE_TEST_MARK', `${process.pid}-killed`);
    const notices: string[] = [];
    let isKilled = false;
    const steps: number[] = [];
    const run = await two(
      {
        recipe: { ...RECIPE, steps: 400 },
        onProgress({ step }) {
          steps.push(step);
          if (step === 0 || isKilled) return;
          isKilled = true;
          process.kill(ranksOf(mark).get(1)!, 'SIGKILL');
        },
      },
      { onNotice: (sentence) => notices.push(sentence) },
    );
    expect(isKilled).toBe(true);
    expect(run).toMatchObject({ steps: 400, replicas: 1 });
    expect(notices).toEqual([
      expect.stringMatching(/^A replica was lost after step \d+ .* with one process\.$/),
    ]);
    await vi.waitFor(() => expect([...ranksOf(mark).keys()]).toEqual([]), 10_000);
    vi.unstubAllEnvs();
  });

  test('of which none is left end with a sentence', async () => {
    const mark = `COTRACE_TEST_MARK=${process.pid}-all`;
    vi.stubEnv('COTRACE_TEST_MARK', `${process.pid}-all`);
    const options: Partial<TrainOptions> = {
      recipe: { ...RECIPE, steps: 100_000 },
      onProgress({ step }) {
        const victim = ranksOf(mark).get(0);
        if (step > 0 && victim !== undefined) process.kill(victim, 'SIGKILL');
      },
    };
    // A server and one worker: neither can go on alone.
    const run = two(options, { strategy: 'parameter-server', replicas: 1 });
    await expect(run).rejects.toMatchObject({ name: 'MirrorError', code: 'REPLICA_LOST' });
    vi.unstubAllEnvs();
  });

  test('give and take gradients through a server', async () => {
    const served = await two({}, { strategy: 'parameter-server' });
    expect(served.steps).toBe(20);
    const { mean, max, bound } = served.report.staleness!;
    expect(bound).toBe(4);
    expect(max).toBeLessThanOrEqual(bound);
    // A worker that starts late may leave all steps to the other, whose gradients are then never old.
    expect(mean).toBeLessThanOrEqual(max);
  });

  test('say by name what went wrong in a rank', async () => {
    const broken = { ...stripes({ width: 64, height: 64 }) };
    broken.image = broken.image.map(() => Number.NaN);
    const said: string[] = [];
    await expect(
      two({ sections: [broken], onRefused: (sentence) => said.push(sentence) }),
    ).rejects.toMatchObject({
      name: 'TrainingError',
      code: 'LOSS_NOT_FINITE',
      message: expect.stringMatching(/at steps 1 to 5, on the tiles "stripes\.png" \(x /),
    });
    // All four images of the batch, those of the other rank too.
    expect(said).toHaveLength(1);
    expect(said[0]!.match(/stripes\.png/g)).toHaveLength(4);
  });
});

describe('replicas are refused', () => {
  test.each([
    ['TPU_UNREACHABLE', { strategy: 'tpu' }, {}],
    ['TOO_MANY_REPLICAS', { replicas: 1024 }, { recipe: { ...RECIPE, batch: 1024 } }],
    ['BATCH_NOT_DIVIDED', {}, { recipe: { ...RECIPE, batch: 3 } }],
    ['HOST_UNKNOWN', { strategy: 'multi-worker', hosts: ['localhost', 'no-such-host.invalid'] }, {}],
    ['HOSTS_MISSING', { strategy: 'multi-worker' }, {}],
    ['HOSTS_UNUSED', { hosts: ['localhost'] }, {}],
    ['NO_LABELS', {}, { sections: [] }],
  ] as const)('with %s', async (code, replication, options) => {
    await expect(two(options, replication)).rejects.toMatchObject({ code });
  });

  test('where MPI is missing', async () => {
    vi.stubEnv('COTRACE_ENGINE_CACHE', '/nowhere');
    await expect(two()).rejects.toMatchObject({ code: 'MPI_MISSING' });
    vi.unstubAllEnvs();
  });
});
