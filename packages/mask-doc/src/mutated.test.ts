/** Bytes that nobody meant: a million of them in the long run. */
import { encodeRecord, MaskError, rasterizeStroke } from '@cotrace/mask';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  decodeBase,
  decodeFoldNotice,
  deleteFolded,
  documentAfterFold,
  encodeBase,
  encodeFoldNotice,
  inspectUpdate,
  type MaskDoc,
  MaskDocError,
  openMaskDoc,
  replayLog,
} from './index.ts';
import { mutated, randomFrom } from './testing/mutations.ts';
import { LABELS, SIZE } from './testing/simulation.ts';

const FRAMES = process.env.COTRACE_LONG ? 1_000_000 : 20_000;
const dot = (x: number, y: number) => rasterizeStroke([{ x, y }], { shape: 'round', diameter: 20 });
const open = (doc: Y.Doc, sessionId?: string): MaskDoc =>
  openMaskDoc({
    doc,
    ...SIZE,
    labels: LABELS,
    undoHorizon: 3,
    ...(sessionId === undefined ? {} : { sessionId }),
  });
const pageOf = (server: Y.Doc, clientID: number, sessionId: string): MaskDoc => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
  // Afterwards: Yjs gives up an id that it sees somebody else use.
  doc.clientID = clientID;
  return open(doc, sessionId);
};

/** A server with folded, live and undone strokes of two people, one of them in another epoch's client id too. */
function setting() {
  const doc = new Y.Doc();
  const server = open(doc);
  for (const [client, sessionId] of [
    [1000, 'anna'],
    [1001, 'ben'],
  ] as const) {
    const page = pageOf(doc, client, sessionId);
    for (let i = 0; i < 8; i++) page.paint({ label: 1 + (i % 3), runs: dot(20 + 18 * i, 30 + (client % 7)) });
    page.undo();
    page.paint({ label: 2, runs: dot(90, 90) });
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(page.doc));
  }
  const ends = pageOf(doc, 77, 'ben');
  ends.doc
    .getArray('ops:anna')
    .push([encodeRecord({ version: 1, strokeId: 20, part: 0, lamport: 40, label: 1, runs: dot(150, 90) })]);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(ends.doc));
  const job = server.planFold({ atLeast: 1 })!;
  job.finish();
  deleteFolded(doc, server.watermarks);
  const base = encodeBase({ number: 1, since: 0, watermarks: server.watermarks, tiles: [...job.tiles] });
  return { server, base, notice: encodeFoldNotice(job.notice), snapshot: Y.encodeStateAsUpdate(doc) };
}

/** What an honest page of anna may send next. */
function honestUpdates(server: MaskDoc): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const page = pageOf(server.doc, 1000, 'anna');
  const before = Y.encodeStateVector(server.doc);
  page.doc.on('update', (update: Uint8Array) => updates.push(update));
  page.paint({ label: 3, runs: dot(60, 60) });
  page.paint({ label: 1, runs: dot(64, 60) });
  page.undo();
  page.redo();
  page.undo();
  return [...updates, Y.encodeStateAsUpdate(page.doc, before), Y.encodeStateAsUpdate(page.doc)];
}

describe('mutated', () => {
  test('[D14] [D16] [D23] updates are refused by name, or change only what is their sender’s, as the inspection said', () => {
    const { server, base, snapshot } = setting();
    const context = {
      doc: server.doc,
      sessionId: 'anna',
      clientIds: new Set([1000]),
      ...SIZE,
      labels: LABELS,
      sessionState: server.sessionState,
      currentMaxLamport: server.greatestLamport,
    };
    const honest = honestUpdates(server);
    const bens = server.liveRecordsOf('ben').map(({ id }) => id);
    const annas = server.liveRecordsOf('anna').length;
    const random = randomFrom(20_260_101);
    const outcomes = new Map<string, number>();
    const count = (outcome: string) => outcomes.set(outcome, 1 + (outcomes.get(outcome) ?? 0));
    for (let frame = 0; frame < FRAMES; frame++) {
      const update = mutated(honest, random);
      let seen: ReturnType<typeof inspectUpdate>;
      try {
        seen = inspectUpdate(update, context);
      } catch (error) {
        if (!(error instanceof MaskDocError)) throw error;
        count(error.code);
        continue;
      }
      count('let in');
      if (seen.isEmpty) continue;
      const doc = new Y.Doc();
      const mask = open(doc);
      mask.setBase(decodeBase(base));
      Y.applyUpdate(doc, snapshot);
      const news: Uint8Array[] = [];
      doc.on('update', (bytes: Uint8Array) => news.push(bytes));
      mask.expectRecords(seen.records);
      Y.applyUpdate(doc, update);
      const deleted = seen.deletions.filter(({ client, clock }) =>
        server.composition.has(`${client}:${clock}`),
      );
      expect([
        doc.store.pendingStructs,
        doc.store.pendingDs,
        mask.liveRecordsOf('ben').map(({ id }) => id),
        mask.liveRecordsOf('anna').length,
        mask.unreadable,
        [...doc.share.keys()].filter((name) => !name.startsWith('ops:')),
      ]).toEqual([null, null, bens, annas + seen.records.length - deleted.length, [], []]);
      documentAfterFold(doc, mask.watermarks);
      replayLog(news.map((bytes, seq) => ({ epoch: 1, seq, sessionId: 'anna', bytes })));
    }
    // It has to have tried something.
    expect([...outcomes.keys()]).toEqual(
      expect.arrayContaining([
        'let in',
        'UPDATE_MALFORMED',
        'FOREIGN_CLIENT',
        'UPDATE_GAP',
        'RECORD_REFUSED',
        'STROKE_ORDER',
      ]),
    );
    expect(server.greatestLamport).toBe(context.currentMaxLamport);
  }, 3_600_000);
  test('[D26] bases and notices are refused by name, or leave a mask that works', () => {
    const { server, base, notice } = setting();
    const random = randomFrom(7);
    const page = pageOf(server.doc, 1000, 'anna');
    for (let frame = 0; frame < FRAMES / 20; frame++) {
      try {
        open(new Y.Doc()).followFold(decodeFoldNotice(mutated([notice], random)));
        const mask = open(new Y.Doc());
        mask.setBase(decodeBase(mutated([base], random)));
        Y.applyUpdate(mask.doc, Y.encodeStateAsUpdate(page.doc));
        mask.composition.toLabels();
      } catch (error) {
        if (!(error instanceof MaskDocError || error instanceof MaskError)) throw error;
        expect(['BASE_MALFORMED', 'TILE_BROKEN']).toContain(error.code);
      }
    }
  }, 3_600_000);
});
