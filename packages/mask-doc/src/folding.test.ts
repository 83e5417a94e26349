import { rasterizeStroke } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HORIZON, pictureOfOracle, World } from './testing/foldingWorld.ts';
import { cases, stroke } from './testing/simulation.ts';

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const SESSIONS = ['anna', 'ben', 'cleo'];
const dot = (x: number, y: number, diameter = 20) =>
  rasterizeStroke([{ x, y }], { shape: 'round', diameter });

const page = fc.nat(SESSIONS.length - 1);
const only = <T extends string>(...kinds: T[]) => fc.record({ do: fc.constantFrom(...kinds), page });
const worldSteps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('paint' as const), page, label: fc.nat(3), runs: stroke }),
    },
    { weight: 4, arbitrary: only('undo', 'redo') },
    { weight: 10, arbitrary: only('send', 'send', 'receive', 'receive') },
    { weight: 2, arbitrary: only('stepJob', 'disconnect', 'connect') },
    { weight: 1, arbitrary: only('reload', 'finishJob') },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('plan' as const),
        idle: fc.subarray(SESSIONS, { maxLength: 1 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('foldStep' as const, 'commit' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('commitAndDie' as const, 'crash' as const, 'epoch' as const),
      }),
    },
  ),
  // Folds need strokes beyond the horizon first.
  { minLength: 50, maxLength: 110, size: 'max' },
);
type WorldStep = typeof worldSteps extends fc.Arbitrary<(infer S)[]> ? S : never;

function perform(world: World, step: WorldStep): void {
  const { server, pages } = world;
  switch (step.do) {
    case 'paint':
      pages[step.page]!.paint(step.label, step.runs);
      break;
    case 'undo':
    case 'redo':
    case 'stepJob':
    case 'disconnect':
    case 'reload':
    case 'finishJob':
    case 'receive':
      pages[step.page]![step.do]();
      break;
    case 'connect':
      if (!pages[step.page]!.isConnected) pages[step.page]!.connect();
      break;
    case 'send': {
      const update = pages[step.page]!.up.shift();
      if (update !== undefined) server.take(pages[step.page]!, update);
      break;
    }
    case 'plan':
      server.plan(1, new Set(step.idle));
      break;
    case 'foldStep':
      server.stepJob();
      break;
    case 'commit':
      server.commit({ dies: false });
      break;
    case 'commitAndDie':
      server.commit({ dies: true });
      break;
    case 'crash':
      world.crash();
      break;
    case 'epoch':
      for (const one of pages) one.disconnect();
      server.newEpoch();
  }
}

describe('folding', () => {
  test('[D19] [D21] [D22] shows the same picture as if nobody ever folded, on every replica', () => {
    fc.assert(
      fc.property(worldSteps, (all) => {
        const world = new World(SESSIONS);
        for (const step of all) {
          perform(world, step);
          if (
            step.do === 'commit' ||
            step.do === 'crash' ||
            step.do === 'commitAndDie' ||
            step.do === 'epoch'
          ) {
            const { server } = world;
            expect(same(server.mask.composition.toLabels(), pictureOfOracle(server.oracle))).toBe(true);
          }
          if ('page' in step && (step.do === 'receive' || step.do === 'connect' || step.do === 'stepJob')) {
            const shown = world.pages[step.page]!;
            expect(same(shown.mask.composition.toLabels(), pictureOfOracle(shown.oracle))).toBe(true);
          }
        }
        world.settle();
        const { server, pages } = world;
        const picture = pictureOfOracle(server.oracle);
        expect(same(server.mask.composition.toLabels(), picture)).toBe(true);
        for (const { mask, tracker } of pages) {
          expect(same(mask.composition.toLabels(), picture)).toBe(true);
          expect(tracker.pendingStrokes).toBe(0);
          expect(mask.watermarks).toEqual(server.mask.watermarks);
        }
        server.load();
        expect(same(server.mask.composition.toLabels(), picture)).toBe(true);
      }),
      cases(80),
    );
  }, 3_600_000);
});
