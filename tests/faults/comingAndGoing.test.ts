/**
 * People come into rooms and leave them: nothing of a room that was let go, and of a socket that is closed, stays in the
 * server's memory. A server that is made to keep either is found out, or the check would be worth nothing.
 */
import { expect, it, vi } from 'vitest';
import { lightVisit, openLightPainter } from './lightPainter.ts';
import { eventually, randomRuns, seededRandom } from './painting.ts';
import type { Leak } from './serverProcess.ts';
import { type Steadiness, steadinessOf } from './steadiness.ts';
import { report, startWorld } from './world.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const SIZE = { width: 300, height: 200 };
const MASKS = 4;
const STROKES = 40;
const ROUNDS = 13;
/** Rounds in which code is compiled and caches are filled. */
const FIRST_ROUNDS = 3;
const VISITS_A_ROUND = 8;

/** Of the bytes in use, by the visits made so far. */
async function memoryOfVisits(leak?: Leak): Promise<Steadiness> {
  await using world = await startWorld({ ...(leak === undefined ? {} : { leak }) });
  const random = seededRandom(1);
  const maskIds: string[] = [];
  for (let i = 0; i < MASKS; i++) {
    const maskId = (await world.room(SIZE)).split('@')[0]!;
    const painter = openLightPainter(world.server, { name: 'bert', sessionId: `session-visit-${i}`, maskId });
    await eventually('the painter is in', () => painter.isIn);
    for (let stroke = 1; stroke <= STROKES; stroke++) painter.paint(1, randomRuns(random, SIZE), stroke);
    await eventually('everything is acknowledged', () => painter.waiting === 0);
    painter.close();
    maskIds.push(maskId);
  }
  const values: { at: number; value: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // One after the other: nobody is left in a room when the next visitor comes to it.
    for (let visit = 0; visit < VISITS_A_ROUND; visit += MASKS) {
      await Promise.all(maskIds.map((maskId) => lightVisit(world.server, { name: 'vera', maskId })));
    }
    const { heapUsed, external } = await world.server.measure();
    if (round >= FIRST_ROUNDS) values.push({ at: round * VISITS_A_ROUND, value: heapUsed + external });
  }
  const steadiness = steadinessOf(values);
  report(`comings and goings, ${leak ?? 'no'} leak`, { ...steadiness });
  return steadiness;
}

it('comings and goings leave nothing in memory', async () => {
  expect(await memoryOfVisits()).toMatchObject({ isSteady: true });
});

it.for(['rooms', 'listeners'] as const)('a server that keeps %s is found out', async (leak) => {
  expect(await memoryOfVisits(leak)).toMatchObject({ isSteady: false });
});
