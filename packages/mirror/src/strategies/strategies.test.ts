/** All strategies against one process that takes the same steps alone. */
import { describe, expect, it, vi } from 'vitest';
import type { StrategyName } from '../plan.ts';
import { mpiIsMissing, startJob } from '../testing/ranks.ts';
import { toyReplica } from '../testing/toyReplica.ts';

vi.setConfig({ testTimeout: 120_000 });

const STEPS = 6;

async function run(
  name: StrategyName,
  hosts: readonly string[],
  environment: Record<string, string> = {},
  steps = STEPS,
) {
  const job = await startJob({ hosts, scenario: ['train', name, String(steps)], environment });
  const { code } = await job.ended;
  const said = [...job.said].sort((a, b) => a.rank - b.rank);
  return { code, said, other: job.other };
}

/** The same steps by hand; of step 3 nothing can be learnt. */
async function alone() {
  const replica = toyReplica(2000);
  const losses: (number | null)[] = [];
  for (let step = 0; step < STEPS; step++) {
    if (step === 3) losses.push(null);
    else {
      const batch = [0, 1, 2, 3].map((i) => step + i);
      losses.push(await replica.applySums(await replica.gradientSums(batch), 0.1));
    }
  }
  return { losses, weights: [...replica.weights.subarray(0, 3)] };
}

describe.skipIf(mpiIsMissing)('replicas take the steps of one process, refused ones too', () => {
  it.each([
    ['mirrored', ['localhost', 'localhost'], { comparisons: 1 }],
    ['multi-worker', ['127.0.0.1', '127.0.0.2'], { comparisons: 1 }],
    ['central-storage', ['localhost', 'localhost', 'localhost', 'localhost'], {}],
  ] as const)('%s', async (name, hosts, report) => {
    const { code, said, other } = await run(name, hosts);
    expect({ code, other }).toEqual({ code: 0, other: [] });
    const expected = await alone();
    expect(said[0].report).toEqual(report);
    for (const [step, loss] of said[0].losses.entries()) {
      if (loss === null) expect(expected.losses[step]).toBeNull();
      else expect(loss).toBeCloseTo(expected.losses[step]!, 4);
    }
    for (const { weights } of said) {
      expect(weights).toEqual(said[0].weights);
      for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(expected.weights[i]!, 5);
    }
  });
});

describe.skipIf(mpiIsMissing)('mirrored', () => {
  it('says when weights differ, and gives no result', async () => {
    const { code, said } = await run('mirrored', ['localhost', 'localhost'], { TEST_SPOIL: 'yes' });
    expect(code).not.toBe(0);
    expect(said).toContainEqual({ code: 'REPLICAS_DIFFER' });
    expect(said.filter(({ weights }) => weights)).toEqual([]);
  });
});

describe.skipIf(mpiIsMissing)('a parameter server', () => {
  /** Enough that no worker does all of them while the other is not even awake. */
  const MANY = 1000;
  const THREE = ['localhost', 'localhost', 'localhost'];

  it('takes gradients as they come, and counts how old they are', async () => {
    const { code, said } = await run('parameter-server', THREE, {}, MANY);
    expect(code).toBe(0);
    const { losses, report } = said[0];
    expect(losses).toHaveLength(MANY);
    expect(losses.filter((loss: unknown) => loss === null).length).toBeLessThanOrEqual(1);
    expect(report.staleness).toMatchObject({ bound: 2 });
    expect(report.staleness.max).toBeGreaterThan(0);
    expect(report.staleness.max).toBeLessThanOrEqual(2);
    expect(report.staleness.mean).toBeLessThanOrEqual(report.staleness.max);
  });

  it('refuses those that are too old, and still takes every step', async () => {
    const { code, said } = await run('parameter-server', THREE, { TEST_STALENESS: '0' }, MANY);
    expect(code).toBe(0);
    const { losses, report } = said[0];
    expect(losses).toHaveLength(MANY);
    expect(report.staleness).toMatchObject({ max: 0, mean: 0, bound: 0 });
    // Two begin with the same weights: the later of them is too late at once.
    expect(report.staleness.refused).toBeGreaterThan(0);
  });
});
