import { encodeRecord, rasterizeStroke, type StrokeRecord } from '@cotrace/mask';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  createDurabilityTracker,
  deleteFolded,
  documentOfNewEpoch,
  inspectUpdate,
  type MaskDoc,
  openMaskDoc,
  resubmit,
  unsavedRecords,
} from './index.ts';
import { LABELS, SIZE } from './testing/simulation.ts';

const HORIZON = 5;
const dot = (x: number, y = 30) => rasterizeStroke([{ x, y }], { shape: 'round', diameter: 8 });
const bytesOf = (given: Partial<StrokeRecord>) =>
  encodeRecord({ version: 1, strokeId: 1, part: 0, lamport: 1, label: 1, runs: dot(50), ...given });
const open = (doc: Y.Doc, sessionId?: string): MaskDoc =>
  openMaskDoc({
    doc,
    ...SIZE,
    labels: LABELS,
    undoHorizon: HORIZON,
    ...(sessionId === undefined ? {} : { sessionId }),
  });

/** A server that lets in what a page of `anna` sends, or throws. */
class Server {
  readonly doc = new Y.Doc();
  readonly mask = open(this.doc);

  inspect(update: Uint8Array) {
    return inspectUpdate(update, {
      doc: this.doc,
      sessionId: 'anna',
      clientIds: new Set([1, 2, 3]),
      ...SIZE,
      labels: LABELS,
      sessionState: this.mask.sessionState,
      currentMaxLamport: this.mask.greatestLamport,
    });
  }

  take(update: Uint8Array) {
    const seen = this.inspect(update);
    this.mask.expectRecords(seen.records);
    Y.applyUpdate(this.doc, update);
    return seen;
  }

  /** All that the page has and the server lacks, as after a reconnection. */
  takeAnswer({ doc }: MaskDoc) {
    return this.take(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(this.doc)));
  }

  fold(idle = false): void {
    this.mask.planFold({ atLeast: 1, ...(idle ? { idle: new Set(['anna']) } : {}) })!.finish();
    deleteFolded(this.doc, this.mask.watermarks);
  }
}

const pageOf = (server: Server, clientID: number): MaskDoc => {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server.doc));
  return open(doc, 'anna');
};
const paint = (mask: MaskDoc, count: number) => {
  for (let i = 0; i < count; i++) mask.paint({ label: 1 + (i % 3), runs: dot(20 + i) });
};
/** A server that holds strokes of these (id, lamport), all of label 1. */
const holding = (...strokes: [strokeId: number, lamport: number][]) => {
  const server = new Server();
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.getArray('ops:anna').push(strokes.map(([strokeId, lamport]) => bytesOf({ strokeId, lamport })));
  Y.applyUpdate(server.doc, Y.encodeStateAsUpdate(doc));
  return server;
};
const pushing = (server: Server, ...records: Partial<StrokeRecord>[]): Uint8Array => {
  const doc = new Y.Doc();
  doc.clientID = 2;
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server.doc));
  const before = Y.encodeStateVector(doc);
  doc.getArray('ops:anna').push(records.map(bytesOf));
  return Y.encodeStateAsUpdate(doc, before);
};
const refusal = (code: string) => expect.objectContaining({ code });

describe('refused', () => {
  const server = holding([3, 10], [5, 20], [7, 30]);
  const misfits: [what: string, records: Partial<StrokeRecord>[]][] = [
    ['a greater id under a smaller lamport', [{ strokeId: 8, lamport: 30 }]],
    ['a smaller id over a greater lamport', [{ strokeId: 4, lamport: 20 }]],
    ['a lamport below the one before', [{ strokeId: 6, lamport: 20 }]],
    ['another lamport for a known stroke', [{ strokeId: 5, part: 1, lamport: 21 }]],
    ['another label for a known stroke', [{ strokeId: 5, part: 1, lamport: 20, label: 2 }]],
    [
      'two new strokes of one lamport',
      [
        { strokeId: 8, lamport: 31 },
        { strokeId: 9, lamport: 31 },
      ],
    ],
    [
      'two new parts that disagree',
      [
        { strokeId: 8, lamport: 31 },
        { strokeId: 8, part: 1, lamport: 32 },
      ],
    ],
  ];
  test.each(misfits)('[D23] %s: STROKE_ORDER', (_, records) => {
    expect(() => server.inspect(pushing(server, ...records))).toThrow(refusal('STROKE_ORDER'));
  });
  test('[D23] what fits is let in: between, above, a copy, another part', () => {
    for (const record of [
      { strokeId: 4, lamport: 15 },
      { strokeId: 6, lamport: 29 },
      { strokeId: 8, lamport: 31 },
      { strokeId: 5, lamport: 20 },
      { strokeId: 5, part: 1, lamport: 20 },
    ]) {
      expect(server.inspect(pushing(server, record)).records).toHaveLength(1);
    }
  });
  test('[D23] deleting or writing again what is beyond the horizon: UNDO_TOO_OLD', () => {
    const deep = holding(...Array.from({ length: 9 }, (_, i): [number, number] => [2 * i + 2, i + 1]));
    const page = new Y.Doc();
    Y.applyUpdate(page, Y.encodeStateAsUpdate(deep.doc));
    page.getArray('ops:anna').delete(4);
    expect(() => deep.inspect(Y.encodeStateAsUpdate(page))).toThrow(refusal('UNDO_TOO_OLD'));
    expect(() => deep.inspect(pushing(deep, { strokeId: 13, lamport: 6 }))).toThrow(refusal('UNDO_TOO_OLD'));
    // The same records twice, however old, by two pages that had kept them.
    expect(deep.inspect(pushing(deep, { strokeId: 4, lamport: 2 })).records).toHaveLength(1);
  });
  test('[D23] a stroke at or below the watermark: STROKE_FOLDED', () => {
    const deep = holding(...Array.from({ length: 12 }, (_, i): [number, number] => [i + 1, i + 1]));
    deep.fold();
    expect(() => deep.inspect(pushing(deep, { strokeId: 7, lamport: 7 }))).toThrow(refusal('STROKE_FOLDED'));
    expect(() => deep.inspect(pushing(deep, { strokeId: 13, lamport: 7 }))).toThrow(refusal('STROKE_ORDER'));
  });
});

describe('an honest page is let in', () => {
  test('[D23] that was away for a week, painted, undid and redid', () => {
    const server = new Server();
    const page = pageOf(server, 1);
    paint(page, 4);
    server.takeAnswer(page);
    for (let i = 0; i < 3; i++) page.undo();
    page.redo();
    paint(page, 40);
    for (let i = 0; i < 5; i++) page.undo();
    page.redo();
    page.redo();
    expect(server.takeAnswer(page).lateStrokes).toEqual([]);
    expect(server.mask.composition.toLabels()).toEqual(page.composition.toLabels());
  });
  test('[D23] after a new epoch, with what it had not saved', () => {
    const old = new Server();
    const page = pageOf(old, 1);
    const tracker = createDurabilityTracker(page);
    paint(page, 3);
    old.takeAnswer(page);
    paint(page, 30);
    for (let i = 0; i < 4; i++) page.undo();
    const server = new Server();
    Y.applyUpdate(server.doc, documentOfNewEpoch(old.doc, 77));
    const next = pageOf(server, 2);
    resubmit(next, unsavedRecords(page, tracker));
    server.takeAnswer(next);
    // A second page of the same kept strokes: all of them are there already.
    const again = pageOf(server, 3);
    resubmit(again, unsavedRecords(page, tracker));
    expect(server.takeAnswer(again).isEmpty).toBe(true);
    expect(server.mask.composition.toLabels()).toEqual(page.composition.toLabels());
    // Four of the last five are undone already.
    expect([next.undo(), next.undo(), next.undoLimit]).toEqual([true, false, 'horizon']);
    server.takeAnswer(next);
    expect(server.mask.strokeCountOf('anna')).toBe(28);
  });
  test('[D23] that submits at the same time as another page of the session', () => {
    const server = new Server();
    const page = pageOf(server, 1);
    const tracker = createDurabilityTracker(page);
    paint(page, 30);
    const unsaved = unsavedRecords(page, tracker);
    const [second, third] = [pageOf(server, 2), pageOf(server, 3)];
    for (const racing of [second, third]) resubmit(racing, unsaved);
    for (const racing of [page, second, third]) server.takeAnswer(racing);
    expect(server.mask.composition.toLabels()).toEqual(page.composition.toLabels());
    expect(server.mask.strokeCountOf('anna')).toBe(30);
  });
  test('[D23] whose redo comes after its session was folded whole: it shows nothing of its own', () => {
    const server = new Server();
    const page = pageOf(server, 1);
    paint(page, 4);
    server.takeAnswer(page);
    const before = server.mask.composition.toLabels();
    page.undo();
    page.redo();
    paint(page, 1);
    server.fold(true);
    const seen = server.takeAnswer(page);
    expect([seen.lateStrokes, seen.records.map(({ record }) => record.strokeId)]).toEqual([[4], [5]]);
    page.undo();
    server.takeAnswer(page);
    expect(server.mask.composition.toLabels()).toEqual(before);
  });
  test('[D20] [D23] though the server remembers less than it: what is forgotten is only refused later', () => {
    const server = new Server();
    const page = pageOf(server, 1);
    paint(page, 9);
    server.takeAnswer(page);
    for (let i = 0; i < 4; i++) page.undo();
    server.takeAnswer(page);
    // Strokes 6 to 9 are deleted: a server that is loaded now has never seen them, and nor has one that has.
    const reloaded = open(new Y.Doc());
    Y.applyUpdate(reloaded.doc, Y.encodeStateAsUpdate(server.doc));
    expect([server.mask, reloaded].map((mask) => mask.sessionState('anna').horizon)).toEqual([0, 0]);
    expect([server.mask, reloaded].map((mask) => mask.greatestStrokeIdOf('anna'))).toEqual([9, 5]);
    // The author's own horizon lies above.
    expect([page.canUndo, page.undoLimit, page.redo()]).toEqual([true, 'none', true]);
    server.takeAnswer(page);
    // After a reload of both, ids that were undone may come again: nothing that is live contradicts them.
    const fresh = pageOf(server, 2);
    for (let i = 0; i < 3; i++) fresh.undo();
    server.takeAnswer(fresh);
    const forgetful = pageOf(server, 3);
    expect(forgetful.paint({ label: 3, runs: dot(90) })).toBe(4);
    expect(server.takeAnswer(forgetful).records).toHaveLength(1);
  });
});
