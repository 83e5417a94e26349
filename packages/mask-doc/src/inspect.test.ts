import { encodeRecord, type Runs, rasterizeStroke, runsFromTriples, type StrokeRecord } from '@cotrace/mask';
import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { encodeRanges } from './deleteSet.ts';
import { ackOfDocument, type InspectionContext, inspectUpdate, MaskDocError, openMaskDoc } from './index.ts';
import { cases, LABELS, openPages, perform, SIZE, settle, steps } from './testing/simulation.ts';

const dot = (x: number, y: number) => rasterizeStroke([{ x, y }], { shape: 'round', diameter: 20 });

/** A server's document that holds one stroke of each session, and what an update by `anna` is judged by. */
function setting() {
  const pages = openPages(['anna', 'ben']);
  for (const { mask } of pages) mask.paint({ label: 1, runs: dot(30, 30) });
  settle(pages);
  const server = new Y.Doc();
  Y.applyUpdate(server, Y.encodeStateAsUpdate(pages[0]!.doc));
  const context: InspectionContext = {
    doc: server,
    sessionId: 'anna',
    clientIds: new Set([1000]),
    ...SIZE,
    labels: LABELS,
    sessionState: openMaskDoc({ doc: server, ...SIZE }).sessionState,
    currentMaxLamport: 1,
  };
  return { anna: pages[0]!, ben: pages[1]!, server, context };
}

/** What `change` adds to a copy of the server's document, written by the client id. */
function updateBy(server: Y.Doc, clientId: number, change: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  change(doc);
  return Y.mergeUpdates(updates);
}

const bytesOf = (given: Partial<StrokeRecord> = {}) =>
  encodeRecord({ version: 1, strokeId: 9, part: 0, lamport: 2, label: 1, runs: dot(50, 50), ...given });
const pushing =
  (bytes: Uint8Array, array = 'ops:anna') =>
  (doc: Y.Doc) => {
    doc.getArray(array).push([bytes]);
  };

describe('refused', () => {
  const forgedGc = () => {
    // One client, one struct from clock 1: a GC of length 7. Nine bytes that would swallow what anna paints next.
    const encoder = encoding.createEncoder();
    for (const value of [1, 1, 1000, 1]) encoding.writeVarUint(encoder, value);
    encoding.writeUint8(encoder, 0);
    for (const value of [7, 0]) encoding.writeVarUint(encoder, value);
    return encoding.toUint8Array(encoder);
  };
  const attacks: [name: string, code: string, (it: ReturnType<typeof setting>) => Uint8Array][] = [
    ['[D13] a forged GC struct', 'CONTENT_NOT_ALLOWED', forgedGc],
    [
      "[D13] another's client id",
      'FOREIGN_CLIENT',
      ({ server }) => updateBy(server, 1001, pushing(bytesOf())),
    ],
    ['[D13] an unknown client id', 'FOREIGN_CLIENT', ({ server }) => updateBy(server, 7, pushing(bytesOf()))],
    [
      "[D13] a record in another's array",
      'FOREIGN_ARRAY',
      ({ server }) => updateBy(server, 1000, pushing(bytesOf(), 'ops:ben')),
    ],
    [
      '[D13] a record in an array of no session',
      'FOREIGN_ARRAY',
      ({ server }) => updateBy(server, 1000, pushing(bytesOf(), 'else')),
    ],
    [
      '[D13] a map entry',
      'FOREIGN_ARRAY',
      ({ server }) => updateBy(server, 1000, (doc) => doc.getMap('ops:anna').set('a', bytesOf())),
    ],
    [
      '[D13] text among the records',
      'CONTENT_NOT_ALLOWED',
      ({ server }) => updateBy(server, 1000, (doc) => doc.getArray('ops:anna').push(['text'])),
    ],
    [
      '[D13] a nested document type',
      'CONTENT_NOT_ALLOWED',
      ({ server }) => updateBy(server, 1000, (doc) => doc.getArray('ops:anna').push([new Y.Array()])),
    ],
    [
      '[D13] an update whose predecessor is missing',
      'UPDATE_GAP',
      ({ anna }) => {
        anna.mask.paint({ label: 1, runs: dot(60, 60) });
        const before = Y.encodeStateVector(anna.doc);
        anna.mask.paint({ label: 1, runs: dot(70, 60) });
        return Y.encodeStateAsUpdate(anna.doc, before);
      },
    ],
    [
      "[D14] the deletion of another's record",
      'FOREIGN_DELETION',
      ({ server }) => updateBy(server, 1000, (doc) => doc.getArray('ops:ben').delete(0)),
    ],
    [
      '[D15] runs outside the mask',
      'RECORD_REFUSED',
      ({ server }) =>
        updateBy(server, 1000, pushing(bytesOf({ runs: runsFromTriples([0, 0, 201]) as Runs }))),
    ],
    [
      '[D15] a label outside the table',
      'RECORD_REFUSED',
      ({ server }) => updateBy(server, 1000, pushing(bytesOf({ label: 9 }))),
    ],
    [
      '[D15] rubbish instead of a record',
      'RECORD_REFUSED',
      ({ server }) => updateBy(server, 1000, pushing(Uint8Array.of(1, 2, 3))),
    ],
    [
      '[D15] a lamport that jumps',
      'LAMPORT_JUMP',
      ({ server }) => updateBy(server, 1000, pushing(bytesOf({ lamport: 2 ** 53 - 1 }))),
    ],
    ['[D16] bytes that are no update', 'UPDATE_MALFORMED', () => Uint8Array.of(200, 1, 2)],
  ];
  test.each(attacks)('%s: %s', (_, code, attack) => {
    const it = setting();
    const update = attack(it);
    const before = Y.encodeStateAsUpdate(it.server);
    expect(() => inspectUpdate(update, it.context)).toThrow(expect.objectContaining({ code }));
    // [D12] nothing of it is left behind
    expect(Y.encodeStateAsUpdate(it.server)).toEqual(before);
    expect([...it.server.share.keys()].sort()).toEqual(['ops:anna', 'ops:ben']);
  });
  test('[D12] an update of which one record is bad is refused whole', () => {
    const it = setting();
    const update = updateBy(it.server, 1000, (doc) => {
      doc.getArray('ops:anna').push([bytesOf(), bytesOf({ label: 9, strokeId: 10 })]);
    });
    const before = Y.encodeStateAsUpdate(it.server);
    expect(() => inspectUpdate(update, it.context)).toThrow(MaskDocError);
    expect(Y.encodeStateAsUpdate(it.server)).toEqual(before);
  });
  test('[D12] an update beyond the limits is refused unread', () => {
    const it = setting();
    const update = updateBy(it.server, 1000, pushing(bytesOf()));
    expect(() => inspectUpdate(update, { ...it.context, limits: { updateBytes: 10 } })).toThrow(
      expect.objectContaining({ code: 'UPDATE_TOO_LARGE' }),
    );
  });
});

describe('hostile sizes', () => {
  const deleting = (ranges: readonly { clock: number; length: number }[]) =>
    Uint8Array.from([0, ...encodeRanges([[1000, ranges]])]);
  test('[D12] a hundred thousand deletions of one stretch are one; more are too many', () => {
    const it = setting();
    const overlapping = Array.from({ length: 99_000 }, () => ({ clock: 0, length: 1 }));
    const start = performance.now();
    expect(inspectUpdate(deleting(overlapping), it.context).deletions).toEqual([
      { client: 1000, clock: 0, length: 1 },
    ]);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(() => inspectUpdate(deleting([...overlapping, ...overlapping]), it.context)).toThrow(
      expect.objectContaining({ code: 'UPDATE_TOO_LARGE' }),
    );
  });
  test('[D12] thousands of strokes with thousands of undos among them are judged in a moment', () => {
    const it = setting();
    const update = updateBy(it.server, 1000, (doc) => {
      const array = doc.getArray('ops:anna');
      array.push(Array.from({ length: 4_000 }, (_, i) => bytesOf({ strokeId: i + 2, lamport: i + 2 })));
      for (let i = 4_000; i > 0; i -= 2) array.delete(i);
    });
    const start = performance.now();
    expect(inspectUpdate(update, it.context).records).toHaveLength(2_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('let in', () => {
  test('[D16] what pages send does what the inspection said', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const pages = openPages(['anna', 'ben', 'cleo']);
        const server = new Y.Doc();
        const shown = openMaskDoc({ doc: server, ...SIZE });
        const sessions = ['anna', 'ben', 'cleo'];
        const send = (index: number, update: Uint8Array) => {
          const seen = inspectUpdate(update, {
            doc: server,
            sessionId: sessions[index]!,
            clientIds: new Set([1000 + index]),
            ...SIZE,
            labels: LABELS,
            sessionState: shown.sessionState,
            currentMaxLamport: shown.greatestLamport,
          });
          const before = shown.liveRecordsOf(sessions[index]!).length;
          Y.applyUpdate(server, update);
          const deleted = seen.deletions.reduce((sum, { length }) => sum + length, 0);
          const fresh = seen.records.length;
          expect(shown.liveRecordsOf(sessions[index]!).length).toBe(before + fresh - deleted);
          for (const { id } of seen.records) expect(shown.composition.has(id)).toBe(true);
          for (const [client, , to] of seen.clocks) {
            expect(new Map(ackOfDocument(server).clocks).get(client)).toBe(to);
          }
          // The same again is nothing new.
          const again = inspectUpdate(update, {
            doc: server,
            sessionId: sessions[index]!,
            clientIds: new Set([1000 + index]),
            ...SIZE,
            labels: LABELS,
            sessionState: shown.sessionState,
            currentMaxLamport: shown.greatestLamport,
          });
          expect(again.isEmpty).toBe(true);
        };
        pages.forEach(({ doc }, index) => {
          doc.on('update', (update: Uint8Array, _: unknown, __: Y.Doc, { local }: Y.Transaction) => {
            if (local) send(index, update);
          });
        });
        for (const step of all) perform(pages, step);
        settle(pages);
        expect(Buffer.compare(shown.composition.toLabels(), pages[0]!.mask.composition.toLabels())).toBe(0);
      }),
      cases(60),
    );
  });
  test('[D16] mutated updates are refused by name, or apply without an error', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 3 }), (edits) => {
        const { anna, server, context } = setting();
        const before = Y.encodeStateVector(anna.doc);
        anna.mask.paint({ label: 2, runs: dot(60, 60) });
        anna.mask.undo();
        anna.mask.paint({ label: 3, runs: dot(90, 60) });
        const update = Y.encodeStateAsUpdate(anna.doc, before).slice();
        for (const [at, value] of edits) update[at % update.length] = value;
        try {
          inspectUpdate(update, context);
        } catch (error) {
          expect(error).toBeInstanceOf(MaskDocError);
          return;
        }
        const errors: unknown[] = [];
        try {
          Y.applyUpdate(server, update);
        } catch (error) {
          errors.push(error);
        }
        expect(errors).toEqual([]);
        expect(server.store.pendingStructs).toBeNull();
      }),
      cases(150),
    );
  });
});
