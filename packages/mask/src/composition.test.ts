import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  createComposition,
  MAX_MASK_SIDE,
  type PlacedRecord,
  runsFromTriples,
  TILE_PIXELS,
} from './index.ts';
import { cases, HEIGHT, naivePicture, PATIENCE_MS, someRuns, WIDTH } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

/** Few lamports and sessions, so that many are equal. */
const placed = (id: string): fc.Arbitrary<PlacedRecord> =>
  fc.record({
    id: fc.constant(id),
    sessionId: fc.constantFrom('anna', 'ben', 'cleo'),
    record: fc.record({
      version: fc.constant(1 as const),
      strokeId: fc.constant(Number(id)),
      part: fc.constant(0),
      lamport: fc.integer({ min: 1, max: 5 }),
      label: fc.integer({ min: 0, max: 3 }),
      runs: someRuns,
    }),
  });
const records = fc
  .integer({ min: 1, max: 8 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => placed(String(i)))))
  // The rule leaves open which of one session's records of one lamport shows: one session never writes two.
  .filter(
    (all) =>
      new Set(all.map(({ sessionId, record }) => `${sessionId} ${record.lamport}`)).size === all.length,
  );

const SIZE = { width: WIDTH, height: HEIGHT };
const countsOf = (picture: Uint8Array) => {
  const counts = new Uint32Array(256);
  for (const label of picture) counts[label]!++;
  return counts;
};

describe('the picture', () => {
  test('[M14] shows the greatest stamp, in whatever order the records came', () => {
    fc.assert(
      fc.property(
        records.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          const composition = createComposition(SIZE);
          for (const one of shuffled) composition.add(one);
          expect(Buffer.compare(composition.toLabels(), naivePicture(all, WIDTH, HEIGHT))).toBe(0);
        },
      ),
      cases(150),
    );
  });
  test('[M14] [M16] is the same when records come at once, however few tiles stay decoded', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 3 }), (all, maxPlanes) => {
        const composition = createComposition({ ...SIZE, maxPlanes });
        const { tiles, painted } = composition.addAll(all);
        const picture = naivePicture(all, WIDTH, HEIGHT);
        expect(Buffer.compare(composition.toLabels(), picture)).toBe(0);
        expect([...composition.labelCounts]).toEqual([...countsOf(picture)]);
        expect(painted).toBe(picture.filter((label) => label !== 0).length);
        expect(new Set(tiles).size).toBe(tiles.length);
        expect(() => composition.addAll(all)).toThrow(expect.objectContaining({ code: 'RECORD_ID_TAKEN' }));
      }),
      cases(100),
    );
  });
  test('[M15] without a record is as if it had never been added', () => {
    fc.assert(
      fc.property(
        records.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all))),
        ([all, removed]) => {
          const composition = createComposition(SIZE);
          for (const one of all) composition.add(one);
          composition.removeAll(removed.slice(0, 2).map(({ id }) => id));
          for (const { id } of removed.slice(2)) composition.remove(id);
          const left = all.filter((one) => !removed.includes(one));
          expect(Buffer.compare(composition.toLabels(), naivePicture(left, WIDTH, HEIGHT))).toBe(0);
        },
      ),
      cases(150),
    );
  });
  test('[M16] changes name the tiles and count the pixels; labels are counted', () => {
    const size = { width: 300, height: 200 };
    fc.assert(
      fc.property(
        records,
        fc.integer({ min: 0, max: 250 }),
        fc.integer({ min: 0, max: 160 }),
        (all, dx, dy) => {
          const composition = createComposition(size);
          const step = (change: { tiles: number[]; painted: number }, before: Uint8Array) => {
            const after = composition.toLabels();
            const differing = new Set<number>();
            let painted = 0;
            after.forEach((label, i) => {
              if (label === before[i]) return;
              const x = i % size.width;
              const y = Math.floor(i / size.width);
              differing.add(Math.floor(y / 128) * composition.tilesAcross + Math.floor(x / 128));
              if (label !== 0) painted++;
            });
            expect([...differing].filter((tile) => !change.tiles.includes(tile))).toEqual([]);
            expect(change.painted).toBe(painted);
            expect(composition.labelCounts).toEqual(countsOf(after));
          };
          for (const one of all) {
            const moved = runsFromTriples(one.record.runs.map((value, i) => value + (i % 3 === 0 ? dy : dx)));
            const clipped = { ...one, record: { ...one.record, runs: moved } };
            if (moved.some((value, i) => value > (i % 3 === 0 ? size.height - 1 : size.width))) continue;
            const before = composition.toLabels();
            step(composition.add(clipped), before);
          }
          for (const { id } of all) {
            if (!composition.has(id)) continue;
            const before = composition.toLabels();
            step(composition.remove(id), before);
          }
          expect(composition.labelCounts[0]).toBe(size.width * size.height);
        },
      ),
      cases(30),
    );
  });
  test('[M16] its tiles are cut from it, with 0 beyond the edge', () => {
    const composition = createComposition({ width: 130, height: 5 });
    const runs = runsFromTriples([4, 126, 130]);
    const record = { version: 1 as const, strokeId: 1, part: 0, lamport: 1, label: 9, runs };
    expect(composition.add({ id: 'a', sessionId: 'anna', record })).toEqual({ tiles: [0, 1], painted: 4 });
    const tile = new Uint8Array(TILE_PIXELS).fill(7);
    composition.copyTile(1, tile);
    expect([...tile].flatMap((label, i) => (label ? [[label, i]] : []))).toEqual([
      [9, 4 * 128],
      [9, 4 * 128 + 1],
    ]);
    expect([composition.labelAt(129, 4), composition.labelAt(130, 4), composition.stampAt(129, 4)]).toEqual([
      9,
      0,
      { lamport: 1, sessionId: 'anna', label: 9 },
    ]);
  });
  test('[M17] a record is added once and removed once', () => {
    const composition = createComposition(SIZE);
    const runs = runsFromTriples([0, 0, 3]);
    const one = {
      id: 'a',
      sessionId: 'anna',
      record: { version: 1 as const, strokeId: 1, part: 0, lamport: 2, label: 1, runs },
    };
    composition.add(one);
    expect(() => composition.add(one)).toThrow(expect.objectContaining({ code: 'RECORD_ID_TAKEN' }));
    composition.remove('a');
    expect(() => composition.remove('a')).toThrow(expect.objectContaining({ code: 'RECORD_ID_UNKNOWN' }));
  });
  test('[M17] the eraser is ordered like any other', () => {
    const composition = createComposition(SIZE);
    const runs = runsFromTriples([0, 0, 3]);
    const at = (id: string, lamport: number, label: number) => ({
      id,
      sessionId: 'anna',
      record: { version: 1 as const, strokeId: lamport, part: 0, lamport, label, runs },
    });
    composition.add(at('eraser', 2, 0));
    composition.add(at('older', 1, 5));
    expect(composition.labelAt(1, 0)).toBe(0);
    composition.add(at('newer', 3, 6));
    expect(composition.labelAt(1, 0)).toBe(6);
  });
  test.each([0, 1.5, Number.NaN, MAX_MASK_SIDE + 1])('[M17] of the side %s is refused', (width) => {
    expect(() => createComposition({ width, height: 10 })).toThrow(
      expect.objectContaining({ code: 'MASK_TOO_LARGE' }),
    );
  });
});
