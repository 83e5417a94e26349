import { createComposition, rasterizeStroke } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { replayLog } from './index.ts';
import { performInWorld, WORLD_SESSIONS, worldSteps } from './testing/foldingSteps.ts';
import { World } from './testing/foldingWorld.ts';
import { pictureOfOracle } from './testing/oracle.ts';
import { cases, SIZE } from './testing/simulation.ts';

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const dot = (x: number, y: number) => rasterizeStroke([{ x, y }], { shape: 'round', diameter: 20 });

function pictureOf(replay: ReturnType<typeof replayLog>): Uint8Array {
  const composition = createComposition(SIZE);
  for (const placed of replay.placedRecords(SIZE)) composition.add(placed);
  return composition.toLabels();
}

describe('history', () => {
  test('[D25] gives the mask of every moment, whatever was folded and however many epochs there were', () => {
    fc.assert(
      fc.property(worldSteps, fc.nat(100), (all, moment) => {
        const world = new World(WORLD_SESSIONS);
        let past: { entries: number; picture: Uint8Array } | undefined;
        all.forEach((step, i) => {
          performInWorld(world, step);
          if (i !== moment) return;
          past = { entries: world.server.store.log.length, picture: pictureOfOracle(world.server.oracle) };
        });
        world.settle();
        const { log } = world.server.store;
        expect(same(pictureOf(replayLog(log)), pictureOfOracle(world.server.oracle))).toBe(true);
        if (past !== undefined) {
          expect(same(pictureOf(replayLog(log.slice(0, past.entries))), past.picture)).toBe(true);
        }
      }),
      cases(20),
    );
  }, 3_600_000);
  test('[D25] tells who painted a pixel, when, and what was taken back there', () => {
    const world = new World(['anna', 'ben']);
    const [anna, ben] = world.pages as [(typeof world.pages)[0], (typeof world.pages)[0]];
    anna.paint(1, dot(30, 30));
    world.settle();
    ben.paint(2, dot(35, 30));
    world.settle();
    anna.paint(3, dot(30, 30));
    world.settle();
    anna.undo();
    world.settle();
    const replay = replayLog(world.server.store.log);
    const told = replay
      .strokesAt(32, 30, SIZE)
      .map(({ sessionId, strokeId, label, isLive, writtenAt, undoneAt }) => [
        sessionId,
        strokeId,
        label,
        isLive,
        writtenAt?.getTime(),
        undoneAt?.getTime(),
      ]);
    expect(told).toEqual([
      ['anna', 2, 3, false, 2000, 3000],
      ['ben', 1, 2, true, 1000, undefined],
      ['anna', 1, 1, true, 0, undefined],
    ]);
    expect(replay.strokesAt(100, 100, SIZE)).toEqual([]);
    expect(replay.strokesAt(22, 30, SIZE).map(({ sessionId }) => sessionId)).toEqual(['anna', 'anna']);
  });
  test('[D25] reads whatever loading reads: foreign elements, nested types, entries out of order, deletions early', () => {
    const doc = new Y.Doc();
    doc.clientID = 7;
    const entries: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => entries.push(update));
    const array = doc.getArray<unknown>('ops:anna');
    array.push(['text', 1, { a: 2 }]);
    array.push([new Uint8Array([1, 2, 3])]);
    array.push([new Y.Array()]);
    doc.getText('else').insert(0, 'words');
    doc.getMap('ops:ben').set('key', Uint8Array.of(1));
    array.delete(0, 2);
    const log = [...entries.slice(3), ...entries.slice(0, 3)].map((bytes, seq) => ({
      epoch: 1,
      seq,
      sessionId: 'anna',
      bytes,
    }));
    expect(replayLog(log).strokes).toEqual([]);
    expect(() => replayLog([{ epoch: 1, seq: 0, sessionId: 'anna', bytes: Uint8Array.of(9, 9) }])).toThrow(
      expect.objectContaining({ code: 'LOG_MALFORMED' }),
    );
  });
});
