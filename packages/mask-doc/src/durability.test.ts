import { rasterizeStroke } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  ackOfDocument,
  applyLog,
  createDurabilityTracker,
  decodeAck,
  encodeAck,
  openMaskDoc,
  resubmit,
  stateVectorClocks,
  unsavedRecords,
} from './index.ts';
import { cases, LABELS, openPages, type Page, perform, SIZE, settle, steps } from './testing/simulation.ts';

const dot = (x: number, y: number) => rasterizeStroke([{ x, y }], { shape: 'round', diameter: 20 });
const open = (): [Page, Page] => openPages(['anna', 'ben']) as [Page, Page];

describe('a stroke', () => {
  test('[D8] is pending until its record is acknowledged, whatever else arrives', () => {
    const [anna, ben] = open();
    const tracker = createDurabilityTracker(anna.mask);
    const heard: number[] = [];
    tracker.onChange((count) => heard.push(count));
    const beforePainting = ackOfDocument(anna.doc);
    anna.mask.paint({ label: 1, runs: dot(20, 20) });
    const first = ackOfDocument(anna.doc);
    anna.mask.paint({ label: 1, runs: dot(60, 20) });
    ben.mask.paint({ label: 2, runs: dot(60, 60) });
    settle([anna, ben]);
    tracker.acknowledge(beforePainting);
    expect(tracker.pendingStrokes).toBe(2);
    tracker.acknowledge(first);
    expect([...tracker.pendingStrokeIds]).toEqual([2]);
    tracker.acknowledge(ackOfDocument(ben.doc));
    expect(tracker.pendingStrokes).toBe(0);
    expect(heard).toEqual([1, 2, 1, 0]);
  });
  test('[D8] an undo is pending until the deletion is acknowledged', () => {
    const [anna] = open();
    const tracker = createDurabilityTracker(anna.mask);
    anna.mask.paint({ label: 1, runs: dot(20, 20) });
    const painted = ackOfDocument(anna.doc);
    anna.mask.undo();
    tracker.acknowledge(painted);
    expect(tracker.pendingStrokes).toBe(1);
    tracker.acknowledge(ackOfDocument(anna.doc));
    expect(tracker.pendingStrokes).toBe(0);
  });
  test('[D8] kept on the device is pending again after loading', () => {
    const [anna] = open();
    anna.mask.paint({ label: 1, runs: dot(20, 20) });
    anna.mask.paint({ label: 1, runs: dot(60, 20) });
    anna.mask.undo();
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(anna.doc));
    const tracker = createDurabilityTracker(openMaskDoc({ doc, ...SIZE, sessionId: 'anna', labels: LABELS }));
    expect(tracker.pendingStrokes).toBe(0);
    tracker.adoptOwn();
    expect(tracker.pendingStrokes).toBe(2);
    tracker.acknowledge(ackOfDocument(anna.doc));
    expect(tracker.pendingStrokes).toBe(0);
  });
  test('[D8] never counts as saved before all of it is', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (all, cut) => {
        const pages = openPages(['anna', 'ben', 'cleo']);
        const [anna] = pages;
        const tracker = createDurabilityTracker(anna!.mask);
        const committed = new Y.Doc();
        all.forEach((step, i) => {
          perform(pages, step);
          if (i !== cut) return;
          Y.applyUpdate(committed, Y.encodeStateAsUpdate(anna!.doc));
          tracker.acknowledge(ackOfDocument(committed));
          expect(tracker.pendingStrokes).toBe(0);
        });
        const server = openMaskDoc({ doc: committed, ...SIZE });
        const strokesAt = (mask: typeof server) =>
          new Map(mask.liveRecordsOf('anna').map(({ record }) => [record.strokeId, record.lamport]));
        const here = strokesAt(anna!.mask);
        const there = strokesAt(server);
        const differing = [...new Set([...here.keys(), ...there.keys()])].filter(
          (id) => here.get(id) !== there.get(id),
        );
        expect(differing.filter((id) => !tracker.pendingStrokeIds.has(id))).toEqual([]);
      }),
      cases(60),
    );
  });
});

describe('acknowledgements', () => {
  test('[D9] decode to what was encoded', () => {
    const clock = fc.tuple(fc.nat(2 ** 32 - 1), fc.maxSafeNat());
    fc.assert(
      fc.property(fc.array(clock, { maxLength: 5 }), (clocks) => {
        const [anna] = open();
        anna.mask.paint({ label: 1, runs: dot(9, 9) });
        anna.mask.undo();
        const { deleteSet } = ackOfDocument(anna.doc);
        expect(decodeAck(encodeAck({ clocks, deleteSet }))).toEqual({ clocks, deleteSet });
      }),
      cases(50),
    );
  });
  test('[D9] that are rubbish are refused by name', () => {
    const good = encodeAck(ackOfDocument(open()[0].doc));
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.of(9),
      Uint8Array.from([...good, 1]),
      good.subarray(0, 1),
    ]) {
      expect(() => decodeAck(bytes)).toThrow(expect.objectContaining({ code: 'ACK_MALFORMED' }));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeAck(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ACK_MALFORMED' });
        }
      }),
      cases(300),
    );
  });
  test('[D9] may repeat, overlap and come in any order', () => {
    const [anna] = open();
    const tracker = createDurabilityTracker(anna.mask);
    const acks = [1, 2, 3].map((label) => {
      anna.mask.paint({ label, runs: dot(label * 30, 30) });
      if (label === 2) anna.mask.undo();
      return ackOfDocument(anna.doc);
    });
    for (const index of [2, 0, 1, 0, 2]) tracker.acknowledge(acks[index]!);
    expect(tracker.pendingStrokes).toBe(0);
    anna.mask.paint({ label: 1, runs: dot(9, 9) });
    for (const ack of acks) tracker.acknowledge(ack);
    expect(tracker.pendingStrokes).toBe(1);
  });
});

describe('the log', () => {
  const logOf = (count: number) => {
    const [anna] = open();
    const log: Uint8Array[] = [];
    anna.doc.on('update', (update: Uint8Array) => log.push(update));
    for (let i = 0; i < count; i++) anna.mask.paint({ label: 1, runs: dot(20 + 9 * i, 40) });
    anna.mask.undo();
    return { anna, log };
  };
  test('[D10] gives the document again', () => {
    const { anna, log } = logOf(5);
    const doc = new Y.Doc();
    applyLog(doc, log);
    expect(openMaskDoc({ doc, ...SIZE }).composition.toLabels()).toEqual(anna.mask.composition.toLabels());
    expect(stateVectorClocks(doc)).toEqual(stateVectorClocks(anna.doc));
    expect(ackOfDocument(doc)).toEqual(ackOfDocument(anna.doc));
  });
  test('[D10] with a hole or rubbish in it is refused', () => {
    const { log } = logOf(5);
    expect(() =>
      applyLog(
        new Y.Doc(),
        log.filter((_, entry) => entry !== 2),
      ),
    ).toThrow(expect.objectContaining({ code: 'LOG_GAP' }));
    expect(() =>
      applyLog(
        new Y.Doc(),
        log.map((bytes, entry) => (entry === 2 ? Uint8Array.of(1, 1, 1) : bytes)),
      ),
    ).toThrow(expect.objectContaining({ code: 'LOG_MALFORMED' }));
  });
});

describe('unsaved strokes', () => {
  test('[D11] are submitted to another document; twice is as once', () => {
    const [anna] = open();
    const tracker = createDurabilityTracker(anna.mask);
    anna.mask.paint({ label: 1, runs: dot(20, 20) });
    tracker.acknowledge(ackOfDocument(anna.doc));
    const saved = Y.encodeStateAsUpdate(anna.doc);
    anna.mask.paint({ label: 2, runs: dot(25, 20) });
    anna.mask.paint({ label: 3, runs: dot(90, 90) });
    anna.mask.undo();
    const unsaved = unsavedRecords(anna.mask, tracker);
    expect(unsaved.records.map(({ label }) => label)).toEqual([2]);

    const doc = new Y.Doc();
    Y.applyUpdate(doc, saved);
    const next = openMaskDoc({ doc, ...SIZE, sessionId: 'anna', labels: LABELS });
    resubmit(next, unsaved);
    const once = Y.encodeStateAsUpdate(doc);
    resubmit(next, unsaved);
    expect(Y.encodeStateAsUpdate(doc)).toEqual(once);
    expect(next.composition.toLabels()).toEqual(anna.mask.composition.toLabels());
  });
});
