import { rasterizeStroke, TILE_PIXELS } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { openMaskDoc } from './index.ts';
import { cases, LABELS, openPages, perform, pictureOf, SIZE, settle, steps } from './testing/simulation.ts';

/** Bytes are compared whole: element by element takes seconds. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const SESSIONS = ['anna', 'ben', 'cleo'];
const dot = (x: number, y: number, diameter = 20) =>
  rasterizeStroke([{ x, y }], { shape: 'round', diameter });

describe('replicas', () => {
  test('[D1] each session writes into an array of its own', () => {
    const pages = openPages(SESSIONS);
    for (const { mask } of pages) mask.paint({ label: 1, runs: dot(20, 20) });
    settle(pages);
    for (const session of SESSIONS) {
      expect(pages[0]!.doc.getArray(`ops:${session}`).length).toBe(1);
      expect(pages[0]!.mask.liveRecordsOf(session)).toHaveLength(1);
    }
  });
  test('[D2] show the same picture whatever the network did', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const pages = openPages(SESSIONS);
        for (const step of all) perform(pages, step);
        settle(pages);
        const [first, ...others] = pages.map(({ mask }) => mask.composition.toLabels());
        for (const other of others) expect(same(other, first!)).toBe(true);
        for (const page of pages) expect(same(pictureOf(page), first!)).toBe(true);
        // A page that is opened now sees the same.
        const late = new Y.Doc();
        Y.applyUpdate(late, Y.encodeStateAsUpdate(pages[0]!.doc));
        expect(same(openMaskDoc({ doc: late, ...SIZE }).composition.toLabels(), first!)).toBe(true);
      }),
      cases(60),
    );
  });
  test('[D3] tell every tile that looks different', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const pages = openPages(SESSIONS);
        const { composition } = pages[0]!.mask;
        const drawn = Array.from(
          { length: composition.tilesAcross * composition.tilesDown },
          () => new Uint8Array(TILE_PIXELS),
        );
        pages[0]!.mask.onChange(({ tiles }) => {
          for (const tile of tiles) composition.copyTile(tile, drawn[tile]!);
        });
        for (const step of all) perform(pages, step);
        settle(pages);
        const tile = new Uint8Array(TILE_PIXELS);
        drawn.forEach((shown, index) => {
          composition.copyTile(index, tile);
          expect(same(shown, tile)).toBe(true);
        });
      }),
      cases(40),
    );
  });
});

describe('painting', () => {
  test('[D4] goes above everything that the page has seen', () => {
    const pages = openPages(SESSIONS);
    const [anna, ben] = pages as [(typeof pages)[0], (typeof pages)[0]];
    for (let i = 0; i < 5; i++) anna.mask.paint({ label: 1, runs: dot(20, 20) });
    settle(pages);
    ben.mask.paint({ label: 2, runs: dot(20, 20) });
    expect(ben.mask.liveRecordsOf('ben')[0]!.record.lamport).toBe(6);
    anna.mask.undo();
    anna.mask.paint({ label: 3, runs: dot(90, 90) });
    expect(anna.mask.greatestLamport).toBe(6);
    settle(pages);
    expect(anna.mask.composition.labelAt(20, 20)).toBe(2);
  });
  test('[D5] outside the mask paints nothing there, and nothing is no stroke', () => {
    const [page] = openPages(['anna']);
    expect(page!.mask.paint({ label: 1, runs: dot(-50, -50) })).toBeUndefined();
    expect(page!.mask.canUndo).toBe(false);
    expect(page!.mask.paint({ label: 1, runs: dot(0, 0) })).toBe(1);
    expect(page!.mask.composition.labelAt(0, 0)).toBe(1);
  });
  test('[D5] needs a session and a label of the table', () => {
    const reader = openMaskDoc({ doc: new Y.Doc(), ...SIZE });
    expect(() => reader.paint({ label: 1, runs: dot(5, 5) })).toThrow(
      expect.objectContaining({ code: 'READ_ONLY' }),
    );
    const [page] = openPages(['anna']);
    for (const label of [4, 256, -1, 0.5]) {
      expect(() => page!.mask.paint({ label, runs: dot(5, 5) })).toThrow(
        expect.objectContaining({ code: 'LABEL_OUTSIDE_TABLE' }),
      );
    }
    expect(page!.mask.paint({ label: 0, runs: dot(5, 5) })).toBe(1);
  });
  test('[D5] with a label that has left the table is still read', () => {
    const [anna] = openPages(['anna']);
    anna!.mask.paint({ label: 3, runs: dot(5, 5) });
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(anna!.doc));
    const narrower = openMaskDoc({ doc, ...SIZE, labels: new Set([1]) });
    expect(narrower.composition.labelAt(5, 5)).toBe(3);
  });
});

describe('undo', () => {
  test('[D6] takes the own stroke back; what others painted over and under it stays', () => {
    const pages = openPages(SESSIONS);
    const [anna, ben, cleo] = pages as [(typeof pages)[0], (typeof pages)[0], (typeof pages)[0]];
    anna.mask.paint({ label: 1, runs: dot(40, 40, 40) });
    settle(pages);
    ben.mask.paint({ label: 2, runs: dot(50, 40, 40) });
    settle(pages);
    cleo.mask.paint({ label: 3, runs: dot(60, 40, 10) });
    settle(pages);
    expect(ben.mask.undo()).toBe(true);
    settle(pages);
    const { composition } = cleo.mask;
    expect([30, 50, 60, 69].map((x) => composition.labelAt(x, 40))).toEqual([1, 1, 3, 0]);
  });
  test('[D6] is per stroke, mine only, and ends', () => {
    const pages = openPages(SESSIONS);
    const [anna, ben] = pages as [(typeof pages)[0], (typeof pages)[0]];
    anna.mask.paint({ label: 1, runs: dot(20, 20) });
    ben.mask.paint({ label: 2, runs: dot(80, 20) });
    settle(pages);
    expect([ben.mask.undo(), ben.mask.undo()]).toEqual([true, false]);
    settle(pages);
    expect(anna.mask.composition.labelAt(20, 20)).toBe(1);
    expect(anna.mask.composition.labelAt(80, 20)).toBe(0);
    expect([anna.mask.canUndo, ben.mask.canUndo, ben.mask.canRedo]).toEqual([true, false, true]);
  });
  test('[D7] and redo bring the stroke back to its place under the others', () => {
    const pages = openPages(SESSIONS);
    const [anna, ben] = pages as [(typeof pages)[0], (typeof pages)[0]];
    anna.mask.paint({ label: 1, runs: dot(40, 40, 40) });
    settle(pages);
    ben.mask.paint({ label: 2, runs: dot(50, 40, 40) });
    settle(pages);
    anna.mask.undo();
    settle(pages);
    expect(anna.mask.redo()).toBe(true);
    settle(pages);
    for (const { mask } of pages) {
      expect([22, 50].map((x) => mask.composition.labelAt(x, 40))).toEqual([1, 2]);
    }
  });
  test('[D7] a new stroke ends what can be redone', () => {
    const [page] = openPages(['anna']);
    page!.mask.paint({ label: 1, runs: dot(40, 40) });
    page!.mask.undo();
    page!.mask.paint({ label: 2, runs: dot(40, 40) });
    expect([page!.mask.canRedo, page!.mask.redo()]).toEqual([false, false]);
  });
  test('[D6] [D7] all the way and back again gives the same picture', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const pages = openPages(SESSIONS);
        for (const step of all) if (step.do !== 'undo' && step.do !== 'redo') perform(pages, step);
        settle(pages);
        const before = pages[0]!.mask.composition.toLabels();
        for (const { mask } of pages) while (mask.undo());
        settle(pages);
        expect(pages[1]!.mask.composition.toLabels().every((label) => label === 0)).toBe(true);
        for (const { mask } of pages) while (mask.redo());
        settle(pages);
        expect(same(pages[2]!.mask.composition.toLabels(), before)).toBe(true);
      }),
      cases(40),
    );
  });
});

test('[D17] a document of version 1 still loads', () => {
  // Two sessions, one record each of plain rows, then one undone. Never change these bytes.
  const frozen =
    'AgLpBwADAQdvcHM6YmVuJAEBAQACAiMUExM8Y+TjYWRmASFGJkYGBhQSGTExopAszEAEAIHpBwABAegHAAMBCG9wczphbm5hMgEBAQABAQ8PHR1aYxQTYGRlY2RkYmRmAZFAxMCAYEDYEAYaAiqBMyBsCIOFGUSysQIAAekHAQEB';
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Uint8Array.from(Buffer.from(frozen, 'base64')));
  const mask = openMaskDoc({ doc, ...SIZE, labels: LABELS });
  expect(mask.unreadable).toEqual([]);
  expect([
    mask.strokeCountOf('anna'),
    mask.strokeCountOf('ben'),
    mask.composition.labelAt(30, 30),
    mask.composition.labelAt(45, 30),
    mask.composition.labelAt(120, 90),
  ]).toEqual([1, 1, 1, 2, 0]);
});
