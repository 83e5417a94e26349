/**
 * Seeds of trouble: real rooms, real pages, a network and a store that fail. `COTRACE_SEED=<n>` runs one seed and prints what
 * happened in it; `COTRACE_SEEDS=<from>-<to>` runs a range.
 */
import './virtualGlobals.ts';
import { describe, expect, it } from 'vitest';
import { PINNED } from './pinned.ts';
import { realNow } from './virtualGlobals.ts';

const { simulate } = await import('./simulate.ts');
type Outcome = Awaited<ReturnType<typeof simulate>>;
type Options = NonNullable<Parameters<typeof simulate>[1]>;

const LONG = process.env.COTRACE_LONG ? 20_000 : undefined;
/** Milliseconds after which a usual run is content with fewer seeds; the others are left for the long one. */
const BUDGET_MS = 40_000;
const SEEDS = LONG ?? 300;
const FEWEST_SEEDS = 200;
/** Seeds of a lying store until one must have been caught. */
const ENOUGH = 60;

const lastLines = ({ trace }: Outcome, count: number) => trace.slice(-count).join('\n');

/** Runs a failing seed once more, this time writing down what happens. */
async function told(seed: number, options: Options): Promise<string> {
  const again = await simulate(seed, { ...options, traces: true });
  return `seed ${seed}: ${again.failure}\n${lastLines(again, 400)}\nCOTRACE_SEED=${seed} shows all of it.`;
}

async function mustHold(seed: number, options: Options = {}): Promise<Outcome> {
  const outcome = await simulate(seed, options);
  if (outcome.failure !== undefined) expect.fail(await told(seed, options));
  return outcome;
}

const [one, range] = [process.env.COTRACE_SEED, process.env.COTRACE_SEEDS];

describe.runIf(one !== undefined)('one seed', () => {
  it(`${one}`, { timeout: 120_000 }, async () => {
    const outcome = await simulate(Number(one), { traces: true });
    process.stdout.write(`${outcome.trace.join('\n')}\n`);
    expect(outcome.failure).toBeUndefined();
  });
});

describe.runIf(one === undefined)(
  'whatever goes wrong, what is saved stays and everybody sees the same',
  () => {
    for (const { seed, weather, found } of PINNED) {
      it(`seed ${seed}: ${found}`, () => mustHold(seed, { weather }));
    }

    it('a seed decides everything', async () => {
      const [first, second] = [await simulate(7, { traces: true }), await simulate(7, { traces: true })];
      expect(first.trace.length).toBeGreaterThan(50);
      expect(second.trace).toEqual(first.trace);
    });

    it('for seed after seed', { timeout: 24 * 3_600_000 }, async () => {
      const [from = 0, to = SEEDS] = range?.split('-').map(Number) ?? [];
      const until =
        LONG === undefined && range === undefined ? realNow() + BUDGET_MS : Number.POSITIVE_INFINITY;
      const failed: number[] = [];
      let strokes = 0;
      let folds = 0;
      let ran = 0;
      for (let seed = from; seed < to && (ran < FEWEST_SEEDS || realNow() < until); seed++) {
        const outcome = await simulate(seed);
        ran++;
        strokes += outcome.strokes;
        folds += outcome.folds;
        if (outcome.failure !== undefined) failed.push(seed);
      }
      if (failed.length > 0)
        expect.fail(
          `${failed.length} of ${ran} seeds fail: ${failed.slice(0, 20)}\n${await told(failed[0]!, {})}`,
        );
      expect(strokes / ran).toBeGreaterThan(20);
      expect(folds).toBeGreaterThan(0);
      process.stdout.write(`simulation: ${ran} seeds, ${strokes} strokes, ${folds} folds\n`);
    });
  },
);

describe.runIf(one === undefined)('it would be noticed', () => {
  /** Some seed must fail, and say why. */
  async function someSeedFails(options: Options, words: RegExp): Promise<void> {
    const others: string[] = [];
    for (let seed = 0; seed < ENOUGH; seed++) {
      const { failure } = await simulate(seed, options);
      if (failure !== undefined && words.test(failure)) return;
      if (failure !== undefined) others.push(failure);
    }
    expect.fail(`none of ${ENOUGH} seeds finds it; they find ${JSON.stringify(others)}`);
  }

  it('if entries were acknowledged before they are committed', { timeout: 120_000 }, () =>
    someSeedFails(
      { lie: 'earlyAnswers', weather: { hostile: 0, servers: 1 } },
      /is saved, and the store (lacks it|has it still)/,
    ),
  );

  it('if a fold were taken whoever holds the lease', { timeout: 120_000 }, () =>
    someSeedFails(
      {
        lie: 'noFencing',
        weather: { hostile: 0, servers: 2, slowCalls: 0.3, undoHorizon: 4, lostUp: 0, epochBytes: 1_000_000 },
      },
      /fresh server differs from the log|differs from what everybody wanted|pictures differ/,
    ),
  );
});
