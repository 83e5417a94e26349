import { rasterizeStroke } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { performInWorld, WORLD_SESSIONS, worldSteps } from './testing/foldingSteps.ts';
import { HORIZON, pictureOfOracle, World } from './testing/foldingWorld.ts';
import { cases } from './testing/simulation.ts';

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const dot = (x: number, y: number, diameter = 20) =>
  rasterizeStroke([{ x, y }], { shape: 'round', diameter });

describe('folding', () => {
  test('[D19] [D21] [D22] shows the same picture as if nobody ever folded, on every replica', () => {
    fc.assert(
      fc.property(worldSteps, (all) => {
        const world = new World(WORLD_SESSIONS);
        for (const step of all) {
          performInWorld(world, step);
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
