import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type Composition,
  createComposition,
  decodeTile,
  type PlacedRecord,
  runsFromTriples,
  TILE_PIXELS,
} from './index.ts';
import { SESSIONS, SIZE, steps, walk } from './testing/foldingWalk.ts';
import { cases, PATIENCE_MS } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

describe('a fold', () => {
  test('[M21] [M22] at any time leaves the picture as it is; late records find their place, pixel by pixel', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 100), steps, (maxPlanes, all) => {
        const walked = walk(maxPlanes, all);
        const expected = walked.composition.toLabels();
        for (const other of [walked.joined(), walked.follower]) {
          expect(Buffer.compare(other.toLabels(), expected)).toBe(0);
          expect(other.labelCounts).toEqual(walked.composition.labelCounts);
        }
      }),
      cases(60),
    );
  });

  const runs = runsFromTriples([0, 0, 100, 1, 0, 100]);
  const at = (
    id: string,
    lamport: number,
    label: number,
    covered = runs,
    sessionId = 'anna',
  ): PlacedRecord => ({
    id,
    sessionId,
    record: { version: 1, strokeId: lamport, part: 0, lamport, label, runs: covered },
  });
  const foldAll = (composition: Composition, ids: string[], sessions = SESSIONS) => {
    const fold = composition.startFold(ids, sessions);
    while (fold.step());
    fold.finish();
    return fold;
  };

  test('[M22] a late record loses to newer paint and wins over older, pixel by pixel', () => {
    const composition = createComposition(SIZE);
    composition.add(at('older', 2, 1, runsFromTriples([0, 0, 10])));
    composition.add(at('newer', 6, 2, runsFromTriples([0, 5, 15])));
    foldAll(composition, ['older', 'newer']);
    composition.add(at('late', 4, 3, runsFromTriples([0, 0, 20]), 'ben'));
    expect([0, 4, 5, 14, 15, 19, 20].map((x) => composition.labelAt(x, 0))).toEqual([3, 3, 2, 2, 3, 3, 0]);
  });
  test('[M22] of equal lamports the greater session shows, folded or not', () => {
    const composition = createComposition(SIZE);
    composition.add(at('b', 5, 1, runs, 'ben'));
    foldAll(composition, ['b']);
    composition.add(at('a', 5, 2, runs, 'anna'));
    expect(composition.labelAt(3, 0)).toBe(1);
    composition.add(at('c', 5, 3, runs, 'cleo'));
    expect(composition.labelAt(3, 0)).toBe(3);
  });
  test('[M18] of equal stamps the live record counts: the same stroke again, or a later one of old', () => {
    const composition = createComposition(SIZE);
    composition.add(at('first', 5, 1));
    foldAll(composition, ['first']);
    composition.add(at('again', 5, 1));
    expect(composition.labelAt(3, 0)).toBe(1);
    composition.remove('again');
    expect(composition.labelAt(3, 0)).toBe(1);
    // Documents from before the rule may have two strokes of one stamp: the one of the greater id shows, folded or not.
    const later = at('later', 5, 2);
    composition.add({ ...later, record: { ...later.record, strokeId: 6 } });
    expect(composition.labelAt(3, 0)).toBe(2);
    foldAll(composition, ['later']);
    expect(composition.labelAt(3, 0)).toBe(2);
    expect(decodeTile(composition.baseTile(0)!, SESSIONS).stamps).toEqual([
      { lamport: 5, sessionId: 'anna', label: 2 },
    ]);
  });
  test('[M19] the eraser keeps its stamp: what is older stays erased', () => {
    const composition = createComposition(SIZE);
    composition.add(at('eraser', 5, 0));
    foldAll(composition, ['eraser']);
    composition.add(at('older', 3, 2));
    expect(composition.labelAt(3, 0)).toBe(0);
    expect(composition.stampAt(3, 0)).toEqual({ lamport: 5, sessionId: 'anna', label: 0 });
    expect(composition.labelCounts[0]).toBe(SIZE.width * SIZE.height);
  });
  test('[M21] changes nothing before it is finished, and nothing when it is cancelled', () => {
    const composition = createComposition(SIZE);
    composition.add(at('a', 1, 1));
    const fold = composition.startFold(['a'], SESSIONS);
    expect(fold.step()).toBe(false);
    expect([composition.baseTile(0), composition.has('a'), fold.tiles.size]).toEqual([undefined, true, 1]);
    fold.cancel();
    composition.remove('a');
    expect(composition.labelAt(0, 0)).toBe(0);
    expect(() => fold.finish()).toThrow(expect.objectContaining({ code: 'FOLDING' }));
  });
  test('[M21] keeps its records from being removed meanwhile, and is alone', () => {
    const composition = createComposition(SIZE);
    composition.add(at('a', 1, 1));
    composition.add(at('b', 2, 1));
    const fold = composition.startFold(['a'], SESSIONS);
    const refused = expect.objectContaining({ code: 'FOLDING' });
    expect(() => composition.removeAll(['b', 'a'])).toThrow(refused);
    expect(composition.has('b')).toBe(true);
    expect(() => composition.startFold(['b'], SESSIONS)).toThrow(refused);
    expect(() => composition.setBase({ tiles: [], sessions: SESSIONS, replaceAll: true })).toThrow(refused);
    fold.finish();
    composition.remove('b');
    expect(composition.labelAt(0, 0)).toBe(1);
  });
  test('[M21] follows on a fold before anybody has looked, and freed slots are used again', () => {
    const composition = createComposition(SIZE);
    const bar = (id: string, lamport: number, x: number) =>
      at(id, lamport, lamport, runsFromTriples([0, x, x + 10]));
    composition.add(bar('a', 5, 0));
    composition.add(bar('b', 3, 20));
    foldAll(composition, ['a']);
    foldAll(composition, ['b']);
    composition.add(bar('c', 4, 40));
    expect([5, 25, 45].map((x) => composition.labelAt(x, 0))).toEqual([5, 3, 4]);
    expect([5, 25, 45].map((x) => composition.stampAt(x, 0)?.lamport)).toEqual([5, 3, 4]);
    expect(composition.labelCounts[3]).toBe(10);
  });
  test('[M21] for ever takes no more room: tiles hold what shows, slots are used again', () => {
    const composition = createComposition({ ...SIZE, maxPlanes: 1 });
    let sizeAfterFirst = 0;
    for (let i = 1; i <= 300; i++) {
      composition.add(at(`${i}`, i, 1 + (i % 3)));
      foldAll(composition, [`${i}`]);
      if (i === 1) sizeAfterFirst = composition.baseTile(0)!.length;
    }
    expect(composition.baseTile(0)!.length).toBeLessThanOrEqual(sizeAfterFirst + 1);
    expect(decodeTile(composition.baseTile(0)!, SESSIONS).stamps).toEqual([
      { lamport: 300, sessionId: 'anna', label: 1 },
    ]);
  });
});

describe('a base', () => {
  const record = (id: string, lamport: number, label: number, triples: number[]): PlacedRecord => ({
    id,
    sessionId: 'anna',
    record: { version: 1, strokeId: lamport, part: 0, lamport, label, runs: runsFromTriples(triples) },
  });
  const tilesOf = (records: PlacedRecord[], sessions = SESSIONS) => {
    const composition = createComposition(SIZE);
    for (const one of records) composition.add(one);
    const fold = composition.startFold(
      records.map(({ id }) => id),
      sessions,
    );
    fold.finish();
    return fold.tiles;
  };

  test('[M23] names the tiles that look different, and only those', () => {
    const composition = createComposition(SIZE);
    composition.add(record('live', 9, 2, [0, 0, 5, 140, 150, 160]));
    const tiles = tilesOf([record('a', 1, 1, [0, 0, 5, 0, 130, 140, 140, 150, 161])]);
    expect([...tiles.keys()].sort()).toEqual([0, 1, 3]);
    // Tile 0 shows the live record wherever the base would; tile 3 but for one pixel; tile 2 has neither.
    const change = composition.setBase({ tiles, sessions: SESSIONS, replaceAll: true });
    expect({ ...change, tiles: change.tiles.sort() }).toEqual({ tiles: [1, 3], painted: 11 });
    expect(composition.setBase({ tiles, sessions: SESSIONS, replaceAll: true })).toEqual({
      tiles: [],
      painted: 0,
    });
    const gone = composition.setBase({ tiles: [], sessions: SESSIONS, replaceAll: true });
    expect({ ...gone, tiles: gone.tiles.sort() }).toEqual({ tiles: [1, 3], painted: 0 });
    expect(composition.labelCounts[2]).toBe(15);
  });
  test('[M23] counts labels without decoding a tile that nobody touches', () => {
    const composition = createComposition(SIZE);
    const bytes = tilesOf([record('a', 1, 7, [0, 0, 50])])
      .get(0)!
      .slice();
    // What lies behind the header is rubbish, but nobody has looked.
    bytes.fill(255, 6);
    composition.setBase({ tiles: [[0, bytes]], sessions: SESSIONS, replaceAll: true });
    expect(composition.labelCounts[7]).toBe(50);
    expect(() => composition.labelAt(0, 0)).toThrow(expect.objectContaining({ code: 'TILE_BROKEN' }));
    expect(() => composition.add(record('b', 2, 1, [0, 0, 5]))).toThrow(
      expect.objectContaining({ code: 'TILE_BROKEN' }),
    );
    expect(composition.has('b')).toBe(false);
  });
  test('[M23] that does not decode leaves everything as it was', () => {
    const composition = createComposition(SIZE);
    composition.add(record('live', 1, 1, [0, 0, 5, 0, 130, 135]));
    const tiles = tilesOf([record('a', 1, 3, [0, 0, 9, 0, 130, 140])]);
    const rotten = tiles.get(1)!.slice(0, -1);
    const broken = expect.objectContaining({ code: 'TILE_BROKEN' });
    for (const bad of [[1, rotten] as const, [4, tiles.get(0)!] as const, [0.5, tiles.get(0)!] as const]) {
      const given = [[0, tiles.get(0)!] as const, bad];
      expect(() => composition.setBase({ tiles: given, sessions: SESSIONS, replaceAll: true })).toThrow(
        broken,
      );
      expect(composition.labelAt(7, 0)).toBe(0);
      expect(composition.labelCounts[1]).toBe(10);
    }
  });
  test("[M23] beyond the mask's edge is broken", () => {
    const wide = createComposition({ width: 200, height: 200 });
    wide.add(record('a', 1, 3, [0, 190, 195]));
    const fold = wide.startFold(['a'], SESSIONS);
    fold.finish();
    const composition = createComposition(SIZE);
    composition.setBase({ tiles: fold.tiles, sessions: SESSIONS, replaceAll: true });
    expect(() => composition.toLabels()).toThrow(expect.objectContaining({ code: 'TILE_BROKEN' }));
  });
  test('[M23] numbers sessions once and for ever: they are only appended', () => {
    const composition = createComposition(SIZE);
    const tiles = tilesOf([record('a', 1, 3, [0, 0, 9])], ['anna']);
    composition.setBase({ tiles, sessions: ['anna'], replaceAll: true });
    const refused = expect.objectContaining({ code: 'SESSION_UNNUMBERED' });
    const other = { tiles: [], sessions: ['ben', 'anna'], replaceAll: false };
    expect(() => composition.setBase(other)).toThrow(refused);
    expect(() => composition.startFold([], ['ben'])).toThrow(refused);
    composition.add({ ...record('b', 2, 1, [0, 0, 4]), sessionId: 'ben' });
    expect(() => composition.startFold(['b'], ['anna'])).toThrow(refused);
    composition.startFold(['b'], ['anna', 'ben']).finish();
    expect([3, 4].map((x) => composition.stampAt(x, 0)?.sessionId)).toEqual(['ben', 'anna']);
  });
});

describe('planes', () => {
  test('[M24] give way and come back without anybody noticing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const [few, many] = [walk(1, all), walk(100, all)];
        const tile = [new Uint8Array(TILE_PIXELS), new Uint8Array(TILE_PIXELS)] as const;
        for (let index = 0; index < 4; index++) {
          few.composition.copyTile(index, tile[0]);
          many.composition.copyTile(index, tile[1]);
          expect(Buffer.compare(...tile)).toBe(0);
          expect(few.composition.baseTile(index)).toEqual(many.composition.baseTile(index));
        }
      }),
      cases(20),
    );
  });
});
