/** A page's own strokes, taken out of an answer that holds other people's as well. */
import { encodeRecord, rasterizeStroke, type StrokeRecord } from '@cotrace/mask';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { arrayNameOf, documentOfNewEpoch, type OwnPartContext, ownPart } from './index.ts';

const runs = rasterizeStroke([{ x: 30, y: 30 }], { shape: 'round', diameter: 9 });
const recordBytes = (given: Pick<StrokeRecord, 'strokeId' | 'lamport'> & { label?: number }) =>
  encodeRecord({ version: 1, part: 0, label: 1, runs, ...given });
const pushed = (doc: Y.Doc, sessionId: string, record: Uint8Array) =>
  doc.getArray<Uint8Array>(arrayNameOf(sessionId)).push([record]);

/** Of Anna's page, to a server that holds nothing unless told. */
const annas = (clientIds: Iterable<number>, doc = new Y.Doc()): OwnPartContext => ({
  clientIds: new Set(clientIds),
  doc,
  sessionId: 'session-anna',
});

function twoPeople() {
  const [anna, bert] = [new Y.Doc(), new Y.Doc()];
  for (let i = 1; i <= 3; i++) {
    pushed(anna, 'session-anna', recordBytes({ strokeId: i, lamport: i }));
    pushed(bert, 'session-bert', recordBytes({ strokeId: i, lamport: i, label: 2 }));
  }
  anna.getArray('ops:session-anna').delete(1);
  bert.getArray('ops:session-bert').delete(0, 2);
  Y.applyUpdate(anna, Y.encodeStateAsUpdate(bert));
  return { anna, bert };
}

describe('[D18] the own part of an answer', () => {
  it('is what the page itself has written and deleted, and nothing else', () => {
    const { anna, bert } = twoPeople();
    const part = ownPart(Y.encodeStateAsUpdate(anna), annas([anna.clientID]));
    const { structs, ds } = Y.decodeUpdate(part);
    expect(new Set(structs.map(({ id }) => id.client))).toEqual(new Set([anna.clientID]));
    expect([...ds.clients.keys()]).toEqual([anna.clientID]);
    const server = new Y.Doc();
    Y.applyUpdate(server, part);
    expect(server.getArray('ops:session-anna').length).toBe(2);
    expect(server.share.has('ops:session-bert')).toBe(false);
    // Together with what Bert sends it is what Anna had.
    Y.applyUpdate(server, ownPart(Y.encodeStateAsUpdate(anna), annas([bert.clientID])));
    expect(Y.encodeStateAsUpdate(server)).toEqual(Y.encodeStateAsUpdate(anna));
  });

  it('is everything where everything is own, and nothing where nothing is', () => {
    const { anna, bert } = twoPeople();
    const all = Y.encodeStateAsUpdate(anna);
    expect(ownPart(all, annas([anna.clientID, bert.clientID]))).toEqual(all);
    expect([...ownPart(all, annas([1]))]).toEqual([0, 0]);
  });

  it('keeps own structs in the middle of what the server holds', () => {
    const { anna, bert } = twoPeople();
    const server = new Y.Doc();
    Y.applyUpdate(server, Y.encodeStateAsUpdate(anna));
    pushed(anna, 'session-anna', recordBytes({ strokeId: 4, lamport: 9 }));
    pushed(bert, 'session-bert', recordBytes({ strokeId: 4, lamport: 9 }));
    Y.applyUpdate(anna, Y.encodeStateAsUpdate(bert));
    const answer = Y.encodeStateAsUpdate(anna, Y.encodeStateVector(server));
    Y.applyUpdate(server, ownPart(answer, annas([anna.clientID])));
    expect(server.store.pendingStructs).toBeNull();
    expect(server.getArray('ops:session-anna').length).toBe(3);
    expect(server.getArray('ops:session-bert').length).toBe(1);
  });

  it('has the own undo of what a new epoch wrote again by a client id of the server', () => {
    const { anna, bert } = twoPeople();
    const server = new Y.Doc();
    Y.applyUpdate(server, documentOfNewEpoch(anna, 77));
    const page = new Y.Doc();
    Y.applyUpdate(page, Y.encodeStateAsUpdate(server));
    page.getArray('ops:session-anna').delete(0);
    page.getArray('ops:session-bert').delete(0);
    Y.applyUpdate(server, ownPart(Y.encodeStateAsUpdate(page), annas([page.clientID], server)));
    expect(server.getArray('ops:session-anna').length).toBe(1);
    expect(server.getArray('ops:session-bert').length).toBe(bert.getArray('ops:session-bert').length);
  });

  it('of rubbish is refused', () => {
    expect(() => ownPart(Uint8Array.of(1, 2, 3), annas([]))).toThrow(/UPDATE_MALFORMED/);
  });
});
