/** What a mask room lets in, and what it answers to everything else. */
import { CLOSE, MAX_ROOM_FRAME_BYTES } from '@cotrace/protocol';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { connectRaw, type RawClient } from './testing/rawClient.ts';
import { type RoomServer, startRoomServer } from './testing/roomServer.ts';
import { dotAt, pushed, recordBytes, someRuns } from './testing/strokes.ts';

const ANNA = 'session-anna';

/** The update is refused with the code, and nothing of it is in the document or in the log. */
async function expectRefusal(server: RoomServer, client: RawClient, update: Uint8Array, code: string) {
  const before = await server.rooms.labels('mask');
  client.sendUpdate(update);
  const { body } = await client.next('refused');
  expect(body.code).toBe(code);
  expect(body.message).toMatch(/expected/i);
  expect(Buffer.compare((await server.rooms.labels('mask')).values, before.values)).toBe(0);
  expect(server.painted.reduce((sum, { newPixels }) => sum + newPixels, 0)).toBe(
    before.values.filter((label) => label !== 0).length,
  );
}

/** Anna is inside, and a stroke of Bert's lies in the mask. */
async function annaAndBert(server: RoomServer) {
  const bertsDoc = new Y.Doc();
  const bert = connectRaw(server, { name: 'bert', clientId: bertsDoc.clientID });
  await bert.next('durable');
  bert.sendUpdate(pushed(bertsDoc, 'session-bert', recordBytes()));
  await bert.next('durable');
  const doc = new Y.Doc();
  const anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
  await anna.next('ready');
  return { anna, doc, bert, bertsDoc };
}

/** The acknowledgement of the client's struct with the number `count`. */
async function until(client: RawClient, count: number) {
  for (;;) {
    const durable = await client.next('durable');
    if (durable.ack.clocks.some(([, clock]) => clock >= count)) return durable;
  }
}

describe('an update', () => {
  it('of a valid stroke is relayed, committed and acknowledged', async () => {
    await using server = await startRoomServer();
    const { anna, doc, bert } = await annaAndBert(server);
    await anna.next('durable');
    anna.sendUpdate(pushed(doc, ANNA, recordBytes({ label: 2, lamport: 2, runs: dotAt(200, 150) })));
    const { ack } = await anna.next('durable');
    expect(ack.clocks).toEqual([[doc.clientID, 1]]);
    const relayed = new Y.Doc();
    Y.applyUpdate(relayed, (await bert.next('update')).bytes);
    expect(relayed.getArray(`ops:${ANNA}`).length).toBe(1);
    expect((await server.rooms.labels('mask')).values[150 * 300 + 200]).toBe(2);
  });

  it('sent again is acknowledged and not logged again', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('durable');
    const update = pushed(doc, ANNA, recordBytes());
    anna.sendUpdate(update);
    await anna.next('durable');
    anna.sendUpdate(update);
    expect((await anna.next('durable')).ack.clocks).toEqual([[doc.clientID, 1]]);
    expect(await server.store.loadSince('mask', 0, 0)).toHaveLength(1);
  });

  it('of runs outside the mask is refused', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaAndBert(server);
    const update = pushed(doc, ANNA, recordBytes({ runs: dotAt(300, 10) }));
    await expectRefusal(server, anna, update, 'RUNS_OUTSIDE_MASK');
  });

  it('of a label outside the table is refused', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaAndBert(server);
    await expectRefusal(server, anna, pushed(doc, ANNA, recordBytes({ label: 3 })), 'LABEL_OUTSIDE_TABLE');
  });

  it('with a lamport far ahead is refused', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaAndBert(server);
    await expectRefusal(server, anna, pushed(doc, ANNA, recordBytes({ lamport: 2_000_000 })), 'LAMPORT_JUMP');
  });

  it('that is no record is refused', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaAndBert(server);
    await expectRefusal(server, anna, pushed(doc, ANNA, Uint8Array.of(9, 9, 9)), 'RECORD_VERSION_UNKNOWN');
  });

  it('of text is refused', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaAndBert(server);
    doc.getArray(`ops:${ANNA}`).push(['text']);
    await expectRefusal(server, anna, Y.encodeStateAsUpdate(doc), 'CONTENT_NOT_ALLOWED');
  });

  it("by another session's client id is refused", async () => {
    await using server = await startRoomServer();
    const { anna, bertsDoc } = await annaAndBert(server);
    const update = pushed(bertsDoc, ANNA, recordBytes({ lamport: 2 }));
    await expectRefusal(server, anna, update, 'FOREIGN_CLIENT');
  });

  it("into another session's array is refused", async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaAndBert(server);
    await expectRefusal(server, anna, pushed(doc, 'session-bert', recordBytes()), 'FOREIGN_ARRAY');
  });

  it("that deletes another session's record is refused", async () => {
    await using server = await startRoomServer();
    const { anna, doc, bertsDoc } = await annaAndBert(server);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(bertsDoc));
    const before = Y.encodeStateVector(doc);
    doc.getArray('ops:session-bert').delete(0);
    await expectRefusal(server, anna, Y.encodeStateAsUpdate(doc, before), 'FOREIGN_DELETION');
  });

  it('of nine forged bytes does not silence the person whose client id it names', async () => {
    await using server = await startRoomServer();
    const { anna, bert, bertsDoc } = await annaAndBert(server);
    // One section, one GC struct of length 1 at Bert's next clock, no deletions.
    const forged = encoding.createEncoder();
    for (const part of [1, 1, bertsDoc.clientID, 1]) encoding.writeVarUint(forged, part);
    encoding.writeUint8(forged, 0);
    for (const part of [1, 0]) encoding.writeVarUint(forged, part);
    await expectRefusal(server, anna, encoding.toUint8Array(forged), 'FOREIGN_CLIENT');
    bert.sendUpdate(
      pushed(bertsDoc, 'session-bert', recordBytes({ strokeId: 2, lamport: 2, runs: dotAt(299, 199) })),
    );
    await bert.next('durable');
    expect((await server.rooms.labels('mask')).values.at(-1)).toBe(1);
  });
});

describe('news', () => {
  it('waits for the answer: an undo from before it is not left behind, to be refused or folded away', async () => {
    await using server = await startRoomServer({ limits: { undoHorizon: 3 } });
    const doc = new Y.Doc();
    const stroke = (id: number) =>
      pushed(doc, ANNA, recordBytes({ strokeId: id, lamport: id, runs: dotAt(10 * id, 10) }));
    const page = { name: 'anna', clientId: doc.clientID };
    await using before = connectRaw(server, page);
    await before.next('durable');
    before.sendUpdate(stroke(1));
    await before.next('durable');
    // On its way when the socket broke; leaves no gap.
    doc.getArray(`ops:${ANNA}`).delete(0);

    await using again = connectRaw(server, { ...page, answers: false });
    const { bytes } = await again.next('step1');
    for (const id of [2, 3, 4, 5]) again.sendUpdate(stroke(id));
    again.sendStep2(Y.encodeStateAsUpdate(doc, bytes));
    const { ack } = await until(again, 5);
    expect([...ack.clocks]).toEqual([[doc.clientID, 5]]);
    expect(again.frames.some(({ kind }) => kind === 'refused')).toBe(false);
    const { values } = await server.rooms.labels('mask');
    expect([1, 2, 3, 4, 5].map((id) => values[10 * 300 + 10 * id])).toEqual([0, 1, 1, 1, 1]);
    // Once it has answered, what it does is taken as it comes.
    again.sendUpdate(stroke(6));
    await until(again, 6);
  });

  it('is asked again when the answer got lost', async () => {
    await using server = await startRoomServer({ limits: { answerMs: 50 } });
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID, answers: false });
    await anna.next('step1');
    await new Promise((resolve) => setTimeout(resolve, 60));
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    const { bytes } = await anna.next('step1');
    anna.sendStep2(Y.encodeStateAsUpdate(doc, bytes));
    await until(anna, 1);
  });
});

describe('a gap', () => {
  it('is asked for, and what comes then closes it', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('durable');
    await anna.next('step1');
    pushed(doc, ANNA, recordBytes());
    anna.sendUpdate(pushed(doc, ANNA, recordBytes({ strokeId: 2, lamport: 2, runs: dotAt(0, 0) })));
    const { bytes } = await anna.next('step1');
    anna.sendStep2(Y.encodeStateAsUpdate(doc, bytes));
    expect((await anna.next('durable')).ack.clocks).toEqual([[doc.clientID, 2]]);
    expect(anna.frames.some(({ kind }) => kind === 'refused')).toBe(false);
  });

  it('that the answer does not close sends the socket away to come back', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('step1');
    pushed(doc, ANNA, recordBytes());
    const late = pushed(doc, ANNA, recordBytes({ strokeId: 2 }));
    anna.sendUpdate(late);
    await anna.next('step1');
    anna.sendStep2(late);
    expect(await anna.closed).toEqual({ code: CLOSE.gap, reason: 'UPDATE_GAP' });
    expect(await server.store.loadSince('mask', 0, 0)).toEqual([]);
  });

  it('that nobody answers for sends the socket away, too', async () => {
    await using server = await startRoomServer({ limits: { gapMs: 10 } });
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('ready');
    pushed(doc, ANNA, recordBytes());
    anna.sendUpdate(pushed(doc, ANNA, recordBytes({ strokeId: 2 })));
    expect((await anna.closed).code).toBe(CLOSE.gap);
  });
});

describe('a frame', () => {
  it('of rubbish is refused, and again and again closes the socket', async () => {
    await using server = await startRoomServer({ limits: { strikes: 3, strikesPerSecond: 0 } });
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    for (let i = 0; i < 4; i++) anna.send(Uint8Array.of(0, 2, 200, 1, 7, i));
    for (let i = 0; i < 4; i++) expect((await anna.next('refused')).body.code).toBe('BAD_REQUEST');
    expect(await anna.closed).toEqual({ code: CLOSE.rubbish, reason: 'BAD_REQUEST' });
  });

  it('with an update that does not decode is refused', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    anna.sendUpdate(Uint8Array.of(1, 2, 3));
    expect((await anna.next('refused')).body.code).toBe('UPDATE_MALFORMED');
  });

  it('of text closes the socket', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    anna.socket.send('hello');
    expect((await anna.closed).code).toBe(CLOSE.rubbish);
  });

  it('of 101 MB closes the socket with a code that y-websocket does not come back from', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    anna.send(new Uint8Array(101 * 1024 * 1024));
    expect((await anna.next('refused')).body.code).toBe('UPDATE_TOO_LARGE');
    expect((await anna.closed).code).toBe(CLOSE.frameTooLarge);
    expect(101 * 1024 * 1024).toBeGreaterThan(MAX_ROOM_FRAME_BYTES);
  });

  it('that asks for everything is answered with everything', async () => {
    await using server = await startRoomServer();
    const { anna } = await annaAndBert(server);
    const empty = new Y.Doc();
    anna.sendStep1(empty);
    Y.applyUpdate(empty, (await anna.next('step2')).bytes);
    expect(empty.getArray<Uint8Array>('ops:session-bert').toArray()).toEqual([
      recordBytes({ runs: someRuns }),
    ]);
  });
});
