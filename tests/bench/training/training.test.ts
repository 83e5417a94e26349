/** What the training bench computes of its samples, judges and prints; and that its peers answer, Cotrace in any case. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_PEER_PYTHON, peerPython } from '../../support/peerPython.ts';
import { toMarkdown, toText } from '../tables.ts';
import { type AccuracyResult, scoresOf } from './accuracy.ts';
import { openSitting } from './contestants.ts';
import type { Measured } from './measured.ts';
import { startPeer } from './peerProcess.ts';
import { sentenceOf } from './quiet.ts';
import { comparisonOf } from './replicas.ts';
import { circumstances, tablesOf } from './report.ts';
import type { Contestant, Setting } from './settings.ts';
import { spreadOf } from './statistics.ts';
import { inTurns, type StepFigures } from './steps.ts';
import { targetsOf } from './targets.ts';

/** Processes load TensorFlow, and others keep the machine busy. */
const PATIENCE_MS = 180_000;

const spread = (median: number) => ({ median, quartiles: [median, median] as const, samples: 30 });

function figuresOf(contestant: Contestant, ms: number, peakBytes = 1e9): StepFigures {
  return { contestant, wall: spread(ms), cpu: spread(2 * ms), peakBytes };
}

/** ours, Keras, PyTorch in float32, then in bfloat16, ms. */
function stepsOf(setting: Setting, ms: readonly number[], peakBytes: readonly number[] = []) {
  const contestants = (['float32', 'bfloat16'] as const).flatMap((precision) =>
    (['cotrace', 'keras', 'torch'] as const).map((who) => ({ who, precision })),
  );
  const figures = ms.map((value, at) => figuresOf(contestants[at]!, value, peakBytes[at]));
  return { setting, steps: 30, figures, versions: { Keras: '3' }, how: ['keras: compiled'] };
}

const WIDE: Setting = { network: 'course', base: 64, side: 256 };
const EMPTY: Measured = {
  engine: 'an engine',
  defaultPrecision: 'bfloat16',
  disturbances: {},
  steps: [],
  predictions: [],
  replicas: [],
  map: undefined,
  accuracy: [],
};

describe('statistics', () => {
  it('the middle and the middle half, between samples where there is none', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, quartiles: [1.75, 3.25], samples: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, quartiles: [7, 7], samples: 1 });
    expect(() => spreadOf([])).toThrow();
  });

  it('two replicas that are as quick together as one alone have an efficiency of one', () => {
    expect(comparisonOf({ replicas: 2, one: 4, all: 8 })).toEqual({
      aloneMs: 250,
      mirroredMs: 250,
      efficiency: 1,
    });
    expect(comparisonOf({ replicas: 2, one: 4, all: 6 }).efficiency).toBe(0.75);
  });
});

describe('targets', () => {
  const got = (measured: Partial<Measured>) =>
    Object.fromEntries(targetsOf({ ...EMPTY, ...measured }).map((target) => [target.what, target]));

  it('a step is held against the faster of two peers at the same precision, and against Keras as it is', () => {
    const targets = got({ steps: [stepsOf(WIDE, [90, 100, 80, 60, 70, 65], [2e9, 1e9, 0, 1e9, 1e9, 0])] });
    expect(targets['step ÷ the faster of Keras and PyTorch, float32, base 64, 256²']).toMatchObject({
      got: '1.125',
      isMet: false,
    });
    expect(targets['step ÷ the faster of Keras and PyTorch, bfloat16, base 64, 256²']).toMatchObject({
      got: '0.923',
      isMet: true,
    });
    expect(targets["step in the default precision ÷ Keras's default, base 64, 256²"]).toMatchObject({
      got: '0.600',
      isMet: true,
    });
    expect(targets["peak memory ÷ Keras's, float32, base 64, 256²"]!.isMet).toBe(false);
    expect(targets["peak memory ÷ Keras's, bfloat16, base 64, 256²"]!.isMet).toBe(true);
  });

  it('nothing is judged that was not measured: one peer, another size, float32 as the default', () => {
    expect(targetsOf(EMPTY)).toEqual([]);
    expect(got({ steps: [stepsOf({ ...WIDE, side: 128 }, [1, 2, 3, 4, 5, 6])] })).toEqual({});
    expect(got({ steps: [stepsOf({ ...WIDE, base: 16 }, [90])] })).toEqual({});
    const old = got({ defaultPrecision: 'float32', steps: [stepsOf(WIDE, [9, 10, 8, 6, 7, 6])] });
    expect(Object.keys(old).some((what) => what.includes('default'))).toBe(false);
  });

  it('replicas by their efficiency and against the faster peer', () => {
    const replicas = {
      setting: WIDE,
      precision: 'float32' as const,
      replicas: 2,
      imagesPerSecond: 20,
      ...comparisonOf({ replicas: 2, one: 11, all: 20 }),
    };
    const targets = got({ steps: [stepsOf(WIDE, [90, 110, 120])], replicas: [replicas] });
    expect(targets['efficiency of 2 replicas, float32, base 64, 256²']!.isMet).toBe(false);
    expect(targets['mirrored step ÷ the faster of Keras and PyTorch, float32, base 64, 256²']).toMatchObject({
      got: '0.909',
      isMet: true,
    });
  });

  it('V_Rand after its minutes, and how far the course ends from Keras', () => {
    const score = (vRand: number) => ({ vRand, vInfo: 0.9, pixelAccuracy: 0.9 });
    const run =
      (who: 'cotrace' | 'keras', recipe: 'default' | 'course', minutes: number | undefined) =>
      (plain: number, averaged: number): AccuracyResult => ({
        who,
        recipe,
        minutes,
        steps: 300,
        plain: score(plain),
        averaged: score(averaged),
      });
    const targets = got({
      accuracy: [
        run('cotrace', 'default', 2)(0.5, 0.5),
        run('cotrace', 'default', 10)(0.95, 0.956),
        run('cotrace', 'default', 20)(0.99, 0.969),
        run('keras', 'default', 20)(0.1, 0.1),
        run('cotrace', 'course', undefined)(0.905, 0.91),
        run('keras', 'course', undefined)(0.9, 0.91),
      ],
    });
    expect(Object.values(targets).map(({ isMet }) => isMet)).toEqual([true, false, true]);
  });
});

describe('the report', () => {
  const measured: Measured = {
    ...EMPTY,
    disturbances: { steps: { loadBefore: 3, othersShare: 0.4, isQuiet: false } },
    steps: [stepsOf(WIDE, [90, 100, 80])],
    predictions: [{ side: 512, turns: 8, figures: [figuresOf({ who: 'cotrace', precision: 'float32' }, 5)] }],
    replicas: [
      {
        setting: WIDE,
        precision: 'float32',
        replicas: 2,
        imagesPerSecond: 20,
        ...comparisonOf({ replicas: 2, one: 11, all: 20 }),
      },
    ],
    map: {
      budgetSeconds: 60,
      sections: 2,
      rounds: [{ what: 'first model', firstMapSeconds: 70, allMapsSeconds: 80 }],
    },
    accuracy: [
      {
        who: 'keras',
        recipe: 'course',
        minutes: undefined,
        steps: 300,
        plain: { vRand: 0.9, vInfo: 0.9, pixelAccuracy: 0.9 },
        averaged: undefined,
      },
    ],
  };

  it('has every part as text and as Markdown, with the ratios and what is missed', () => {
    for (const render of [toText, toMarkdown]) {
      const text = tablesOf(measured).map(render).join('');
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
      expect(text).toContain('course network, base 64, 256 × 256, batch 2');
      expect(text).toMatch(/Keras, float32[ |]+100[ |]+100 to 100[ |]+1\.11/);
      expect(text).toMatch(/not met/);
    }
  });

  it('says whether the machine was quiet', () => {
    expect(circumstances(measured).join(' ')).toMatch(/While measuring steps: .*not quiet.*40\.0 %/);
    expect(sentenceOf({ loadBefore: 0.2, othersShare: 0.01, isQuiet: true })).toMatch(/was quiet .*1\.0 %/);
  });
});

it('scores are those of maps that are right, and worse for maps that are not', () => {
  const side = 32;
  const labels = Uint8Array.from({ length: side * side }, (_, at) => (at % side === side / 2 ? 1 : 2));
  const section = { name: '0.png', width: side, height: side, image: new Float32Array(side * side), labels };
  const right = Float32Array.from(labels, (value) => (value === 2 ? 0.9 : 0.1));
  expect(scoresOf([section], [right])).toMatchObject({ pixelAccuracy: 1 });
  expect(scoresOf([section], [right]).vRand).toBeGreaterThan(0.99);
  const blank = new Float32Array(side * side).fill(0.9);
  expect(scoresOf([section], [blank]).pixelAccuracy).toBeCloseTo(31 / 32, 5);
  expect(scoresOf([section], [blank]).vRand).toBeLessThan(0.9);
});

const SMALL: Setting = { network: 'default', base: 2, side: 32 };

async function takeSteps(setting: Setting, python: string | undefined) {
  await using sitting = await openSitting(setting, { python, precisions: ['float32'] });
  const timed = await inTurns(sitting.running, { step: 1 }, { steps: 2, warmUp: 1 });
  return { sitting, timed };
}

describe('a sitting', () => {
  it(
    'times steps that lower the loss',
    async () => {
      const { timed } = await takeSteps(SMALL, undefined);
      expect(timed).toHaveLength(1);
      const [first, second] = timed[0]!;
      expect(second!.value).toBeLessThan(first!.value);
      expect(Math.min(first!.wallMs, first!.cpuMs)).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  const python = peerPython();
  it.skipIf(python === undefined || process.env.COTRACE_LONG === undefined)(
    `is of one network: Keras and PyTorch lose as we do, from the same weights (${python ?? NO_PEER_PYTHON})`,
    async () => {
      const { timed } = await takeSteps(SMALL, python);
      const losses = timed.map((answers) => answers.map(({ value }) => value));
      for (const others of losses.slice(1)) {
        for (const [step, loss] of others.entries())
          expect(Math.abs(loss - losses[0]![step]!)).toBeLessThan(1e-3);
      }
      // Drawn dropout apart, the course's network is the same as well: openSitting refuses another.
      await takeSteps({ ...SMALL, network: 'course' }, python);
    },
    PATIENCE_MS,
  );
});

describe('a peer that fails', () => {
  const peerOf = (program: string) =>
    startPeer({ name: 'Some peer', command: process.execPath, args: ['-e', program] });

  it('by itself is an error with what it said last', async () => {
    const peer = peerOf('console.error("no such library"); process.exit(3)');
    await expect(peer.ask({ step: 1 })).rejects.toThrow(/Some peer ended before .*no such library/s);
    await peer.end();
  });

  it('at a question is an error with its reason', async () => {
    const peer = peerOf(
      'process.stdin.once("data", () => console.log(JSON.stringify({ error: "no memory" })))',
    );
    await expect(peer.ask({ step: 1 })).rejects.toThrow(/Some peer: no memory/);
    await peer.end();
  });

  it('to start is an error with the command', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-peer-'));
    const peer = startPeer({ name: 'Some peer', command: join(folder, 'python'), args: [] });
    await expect(peer.ask({ step: 1 })).rejects.toThrow(/ENOENT/);
    await peer.end();
    await rm(folder, { recursive: true });
  });
});
