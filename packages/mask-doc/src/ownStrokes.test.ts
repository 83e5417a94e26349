import { rasterizeStroke, runsFromTriples } from '@cotrace/mask';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  ackOfDocument,
  createDurabilityTracker,
  documentOfNewEpoch,
  type MaskDoc,
  openMaskDoc,
  resubmit,
  UNDO_HORIZON,
  unsavedRecords,
  type Watermark,
} from './index.ts';
import { LABELS, SIZE } from './testing/simulation.ts';

const dot = (x: number, y: number) => rasterizeStroke([{ x, y }], { shape: 'round', diameter: 8 });
const open = (doc: Y.Doc, used?: Watermark): MaskDoc =>
  openMaskDoc({ doc, ...SIZE, sessionId: 'anna', labels: LABELS, ...(used === undefined ? {} : { used }) });
const paint = (mask: MaskDoc, count: number) => {
  for (let i = 0; i < count; i++) mask.paint({ label: 1, runs: dot(5 + (i % 190), 20 + (i % 100)) });
};
const undoAll = (mask: MaskDoc): number => {
  let count = 0;
  while (mask.undo()) count++;
  return count;
};

describe('the undo horizon', () => {
  test('[D20] is 200 strokes, and undo says when it is reached', () => {
    const mask = open(new Y.Doc());
    expect([mask.canUndo, mask.undoLimit]).toEqual([false, 'none']);
    paint(mask, UNDO_HORIZON + 30);
    expect([mask.canUndo, mask.undoLimit]).toEqual([true, 'none']);
    expect(undoAll(mask)).toBe(UNDO_HORIZON);
    expect([mask.canUndo, mask.undoLimit, mask.strokeCountOf('anna')]).toEqual([false, 'horizon', 30]);
    // What was undone can be redone, and then undone again.
    while (mask.redo());
    expect([mask.strokeCountOf('anna'), undoAll(mask)]).toEqual([UNDO_HORIZON + 30, UNDO_HORIZON]);
  });
  test('[D20] does not come back by undoing: ids are not given twice', () => {
    const mask = open(new Y.Doc());
    paint(mask, 10);
    for (let i = 0; i < 10; i++) mask.undo();
    expect(mask.greatestStrokeIdOf('anna')).toBe(10);
    expect(mask.paint({ label: 1, runs: dot(9, 9) })).toBe(11);
  });
  test('[D20] undo and redo end at the watermark', () => {
    const mask = open(new Y.Doc());
    paint(mask, 5);
    mask.undo();
    const job = mask.planFold({ atLeast: 1, idle: new Set(['anna']) })!;
    expect([mask.canUndo, mask.undoLimit]).toEqual([false, 'horizon']);
    job.finish();
    expect([mask.canUndo, mask.undoLimit, mask.undo()]).toEqual([false, 'horizon', false]);
    // Stroke 5 was above what was folded: it may return.
    expect([mask.canRedo, mask.redo(), mask.undo()]).toEqual([true, true, true]);
  });
});

describe('strokes painted together', () => {
  const both = [
    { label: 1, runs: dot(20, 20) },
    { label: 2, runs: dot(24, 20) },
    { label: 1, runs: dot(4000, 20) },
  ];
  test('[D27] are undone and redone together, later ones above', () => {
    const mask = open(new Y.Doc());
    mask.paint({ label: 1, runs: dot(60, 60) });
    expect(mask.paintTogether(both)).toEqual([2, 3]);
    const painted = mask.composition.toLabels();
    expect([mask.composition.labelAt(18, 20), mask.composition.labelAt(22, 20)]).toEqual([1, 2]);
    expect(mask.undo()).toBe(true);
    expect([mask.strokeCountOf('anna'), mask.composition.labelAt(18, 20)]).toEqual([1, 0]);
    expect(mask.redo()).toBe(true);
    expect(Buffer.compare(mask.composition.toLabels(), painted)).toBe(0);
    expect([mask.undo(), mask.undo(), mask.canUndo]).toEqual([true, true, false]);
    expect([mask.redo(), mask.redo(), mask.redo()]).toEqual([true, true, false]);
    expect(mask.paintTogether([both[2]!])).toEqual([]);
  });
  test('[D27] are one step in the next document, too, when that is told', () => {
    const steps = new Map<number, number>();
    const options = { ...SIZE, sessionId: 'anna', labels: LABELS, steps };
    const before = openMaskDoc({ doc: new Y.Doc(), ...options });
    before.paintTogether(both);
    const doc = new Y.Doc();
    const after = openMaskDoc({ doc, ...options });
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(before.doc));
    expect([after.undo(), after.strokeCountOf('anna'), after.redo(), after.strokeCountOf('anna')]).toEqual([
      ...[true, 0, true, 2],
    ]);
  });
  test('[D27] go together at the horizon, or stay', () => {
    const mask = open(new Y.Doc());
    mask.paintTogether(both);
    paint(mask, UNDO_HORIZON - 1);
    expect(undoAll(mask)).toBe(UNDO_HORIZON - 1);
    expect([mask.canUndo, mask.undoLimit, mask.strokeCountOf('anna')]).toEqual([false, 'horizon', 2]);
  });
  // Six megabytes of ragged edge take seconds to pack.
  test.runIf(process.env.COTRACE_LONG)('[D27] of what no frame would hold nothing is painted', () => {
    const side = 4096;
    const doc = new Y.Doc();
    const mask = openMaskDoc({ doc, width: side, height: side, sessionId: 'anna', labels: LABELS });
    // Every other pixel at random: what no deflate makes small.
    let state = 1;
    const triples: number[] = [];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x += 3) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        triples.push(y, x, x + 1 + (state >>> 31));
      }
    const runs = runsFromTriples(triples);
    const refused = expect.objectContaining({ code: 'UPDATE_TOO_LARGE' });
    expect(() => mask.paintTogether([1, 2, 1, 2, 1, 2].map((label) => ({ label, runs })))).toThrow(refused);
    expect([mask.strokeCountOf('anna'), Y.encodeStateAsUpdate(doc).length]).toEqual([0, 2]);
    // Once, it is taken: a whole section of noise.
    expect(mask.paint({ label: 1, runs })).toBe(1);
  });
});

describe('a session that goes on in another document', () => {
  test('[D6] [D20] undoes what it painted before', () => {
    const before = open(new Y.Doc());
    paint(before, 3);
    const doc = new Y.Doc();
    const after = open(doc);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(before.doc));
    paint(after, 1);
    expect([after.greatestStrokeIdOf('anna'), undoAll(after)]).toEqual([4, 4]);
  });
  test('[D6] [D24] also in a new epoch, where somebody else has written its records', () => {
    const before = open(new Y.Doc());
    paint(before, 3);
    before.undo();
    const doc = new Y.Doc();
    Y.applyUpdate(doc, documentOfNewEpoch(before.doc, 99));
    const after = open(doc, { strokeId: 3, lamport: 3 });
    expect([...ackOfDocument(doc).clocks]).toEqual([[99, 2]]);
    expect(Buffer.compare(after.composition.toLabels(), before.composition.toLabels())).toBe(0);
    expect(after.paint({ label: 2, runs: dot(50, 50) })).toBe(4);
    expect(after.liveRecordsOf('anna').map(({ record }) => record.lamport)).toEqual([1, 2, 4]);
    expect(undoAll(after)).toBe(3);
  });
  test('[D11] [D20] takes its unsaved strokes and undos along, but not what is folded', () => {
    const before = open(new Y.Doc());
    const tracker = createDurabilityTracker(before);
    paint(before, 6);
    before.undo();
    const unsaved = unsavedRecords(before, tracker);
    expect([unsaved.records.map(({ strokeId }) => strokeId), unsaved.undone, unsaved.used]).toEqual([
      [1, 2, 3, 4, 5],
      [6],
      { strokeId: 6, lamport: 6 },
    ]);
    // The server had committed and folded the first three, and committed the sixth; no acknowledgement arrived.
    const server = open(new Y.Doc());
    paint(server, 3);
    const fold = server.planFold({ atLeast: 1, idle: new Set(['anna']) })!;
    fold.finish();
    const after = open(new Y.Doc(), unsaved.used);
    after.setBase({ number: 1, since: 0, watermarks: server.watermarks, tiles: [...fold.tiles] });
    resubmit(after, unsaved);
    resubmit(after, unsaved);
    expect(after.liveRecordsOf('anna').map(({ record }) => record.strokeId)).toEqual([4, 5]);
    expect(after.greatestStrokeIdOf('anna')).toBe(6);
    expect(Buffer.compare(after.composition.toLabels(), before.composition.toLabels())).toBe(0);
  });
});

describe('durability beside folding', () => {
  test('[D8] [D21] a stroke that is folded before its acknowledgement is acknowledged all the same', () => {
    const mask = open(new Y.Doc());
    const tracker = createDurabilityTracker(mask);
    paint(mask, 4);
    mask.undo();
    const late = ackOfDocument(mask.doc);
    const job = mask.planFold({ atLeast: 1, idle: new Set(['anna']) })!;
    const server = new Y.Doc();
    Y.applyUpdate(server, Y.encodeStateAsUpdate(mask.doc));
    server.getArray('ops:anna').delete(0, 3);
    Y.applyUpdate(mask.doc, Y.encodeStateAsUpdate(server));
    job.finish();
    expect(tracker.pendingStrokes).toBe(4);
    // Nothing that is folded counts as undone.
    expect(unsavedRecords(mask, tracker).undone).toEqual([4]);
    tracker.acknowledge(late);
    expect(tracker.pendingStrokes).toBe(0);
  });
});
