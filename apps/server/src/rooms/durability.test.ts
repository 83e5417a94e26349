/** What "saved" means: nothing is acknowledged before its commit, and whatever was acknowledged is there again. */

import { CLOSE } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { connectRaw } from './testing/rawClient.ts';
import { startRoomServer } from './testing/roomServer.ts';
import { dotAt, pushed, recordBytes, someRuns } from './testing/strokes.ts';

const ANNA = 'session-anna';
const area = someRuns.reduce((sum, _, i) => sum + (i % 3 === 0 ? someRuns[i + 2]! - someRuns[i + 1]! : 0), 0);

async function annaInside(server: Awaited<ReturnType<typeof startRoomServer>>) {
  const doc = new Y.Doc();
  const anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
  await anna.next('durable');
  return { anna, doc };
}

describe('an acknowledgement', () => {
  it('comes after the commit, though others have seen the stroke before', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    const bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await bert.next('durable');
    const attempt = server.store.nextAttempt();
    const commit = server.store.holdAppends();
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await bert.next('update');
    await attempt;
    // Whatever the server had to say before this answer, an acknowledgement was not in it.
    anna.sendStep1(new Y.Doc());
    await anna.next('step2');
    expect(anna.frames.filter(({ kind }) => kind === 'durable')).toHaveLength(1);
    expect(await server.store.loadSince('mask', 0, 0)).toEqual([]);
    commit();
    expect((await anna.next('durable')).ack.clocks).toEqual([[doc.clientID, 1]]);
    expect(await server.store.loadSince('mask', 0, 0)).toHaveLength(1);
  });

  it('on joining waits for what is in the document and not committed', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    const attempt = server.store.nextAttempt();
    const commit = server.store.holdAppends();
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await attempt;
    await using again = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await again.next('ready');
    again.sendStep1(new Y.Doc());
    await again.next('step2');
    expect(again.frames.some(({ kind }) => kind === 'durable')).toBe(false);
    commit();
    expect((await again.next('durable')).ack.clocks).toEqual([[doc.clientID, 1]]);
  });

  it('carries deletions', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await anna.next('durable');
    const before = Y.encodeStateVector(doc);
    doc.getArray(`ops:${ANNA}`).delete(0);
    anna.sendUpdate(Y.encodeStateAsUpdate(doc, before));
    expect((await anna.next('durable')).ack.deleteSet.length).toBeGreaterThan(0);
    expect(server.store.labelledPixels('mask')).toBe(0);
  });
});

describe('a group commit', () => {
  it('holds the strokes of several people and masks, and is told of once a mask', async () => {
    await using server = await startRoomServer({ limits: { groupCommitMs: 200 } });
    server.store.addMask({ maskId: 'other', sectionId: 'other section' });
    const { anna, doc } = await annaInside(server);
    const bertsDoc = new Y.Doc();
    const bert = connectRaw(server, { name: 'bert', clientId: bertsDoc.clientID, room: 'other@0' });
    await bert.next('durable');
    for (let i = 1; i <= 10; i++) {
      anna.sendUpdate(pushed(doc, ANNA, recordBytes({ strokeId: i, lamport: i, runs: dotAt(i, i) })));
    }
    bert.sendUpdate(pushed(bertsDoc, 'session-bert', recordBytes()));
    const [{ ack }] = await Promise.all([anna.next('durable'), bert.next('durable')]);
    // One frame covers all that the commit holds of a socket.
    expect(ack.clocks).toEqual([[doc.clientID, 10]]);
    expect(server.store.attempts).toBe(1);
    const place = { projectId: 'project', taskId: 'task' };
    const byMask = [...server.painted].sort((a, b) => (a.maskId < b.maskId ? -1 : 1));
    expect(byMask).toEqual([
      { ...place, maskId: 'mask', sectionId: 'section', labelledPixels: 10, newPixels: 10 },
      { ...place, maskId: 'other', sectionId: 'other section', labelledPixels: area, newPixels: area },
    ]);
    expect(server.store.labelledPixels('other')).toBe(area);
  });

  it('counts what is newly labelled, not what is erased or shows again', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    const send = async (update: Uint8Array) => {
      anna.sendUpdate(update);
      await anna.next('durable');
      const { labelledPixels, newPixels } = server.painted.at(-1)!;
      return [labelledPixels, newPixels];
    };
    expect(await send(pushed(doc, ANNA, recordBytes()))).toEqual([area, area]);
    expect(await send(pushed(doc, ANNA, recordBytes({ strokeId: 2, lamport: 2, label: 0 })))).toEqual([0, 0]);
    const before = Y.encodeStateVector(doc);
    doc.getArray(`ops:${ANNA}`).delete(1);
    expect(await send(Y.encodeStateAsUpdate(doc, before))).toEqual([area, 0]);
    expect(await send(pushed(doc, ANNA, recordBytes({ strokeId: 3, lamport: 3, label: 2 })))).toEqual([
      area,
      area,
    ]);
  });
});

describe('without the database', () => {
  it('nothing is acknowledged, and everything is when it is back, without a new stroke', async () => {
    await using server = await startRoomServer({ limits: { firstRetryMs: 1, longestRetryMs: 2 } });
    const { anna, doc } = await annaInside(server);
    const bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await bert.next('durable');
    server.store.isAway = true;
    const first = server.store.nextAttempt();
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await first;
    await server.store.nextAttempt();
    // Painting goes on, and the others see it.
    anna.sendUpdate(pushed(doc, ANNA, recordBytes({ strokeId: 2, lamport: 2 })));
    await bert.next('update');
    await bert.next('update');
    expect(anna.frames.filter(({ kind }) => kind === 'durable')).toHaveLength(1);
    await expect(server.rooms.labels('mask')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    server.store.isAway = false;
    while ((await anna.next('durable')).ack.clocks[0]![1] !== 2);
    expect(await server.store.loadSince('mask', 0, 0)).toHaveLength(2);
    expect(server.lines.filter((line) => line.includes('away'))).toHaveLength(1);
  });

  it('what waits is bounded: beyond it nothing is applied, and the page is told to come back', async () => {
    await using server = await startRoomServer({
      limits: { firstRetryMs: 1, longestRetryMs: 2, maxPendingBytes: 1 },
    });
    const { anna, doc } = await annaInside(server);
    const bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await bert.next('durable');
    server.store.isAway = true;
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    anna.sendUpdate(pushed(doc, ANNA, recordBytes({ strokeId: 2, lamport: 2, runs: dotAt(299, 199) })));
    expect((await anna.next('refused')).body.code).toBe('DATABASE_UNAVAILABLE');
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
    const committed = new Promise((resolve) => server.rooms.onPainted(resolve));
    server.store.isAway = false;
    await committed;
    await using again = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    const { bytes } = await again.next('step1');
    again.sendStep2(Y.encodeStateAsUpdate(doc, bytes));
    while ((await again.next('durable')).ack.clocks[0]?.[1] !== 2);
    expect((await server.rooms.labels('mask')).values.at(-1)).toBe(1);
    expect(bert.frames.filter(({ kind }) => kind === 'update')).toHaveLength(2);
  });

  it('nobody gets in, and is told to come back', async () => {
    await using server = await startRoomServer();
    server.store.isAway = true;
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    expect((await anna.next('refused')).body.code).toBe('DATABASE_UNAVAILABLE');
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
  });

  it('closing does not hang, and acknowledges nothing', async () => {
    const server = await startRoomServer({ limits: { firstRetryMs: 60_000 } });
    const { anna, doc } = await annaInside(server);
    server.store.isAway = true;
    const attempt = server.store.nextAttempt();
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await attempt;
    await server[Symbol.asyncDispose]();
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
    expect(anna.frames.filter(({ kind }) => kind === 'durable')).toHaveLength(1);
  });
});

describe('labels for training', () => {
  it('are handed out when what they show is committed, and not before', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    const attempt = server.store.nextAttempt();
    const commit = server.store.holdAppends();
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await attempt;
    let areOut = false;
    const labels = server.rooms.labels('mask').then(({ values }) => {
      areOut = true;
      return values.filter((label) => label === 1).length;
    });
    // A round trip, in which an answer that did not wait would have come.
    anna.sendStep1(new Y.Doc());
    await anna.next('step2');
    expect(areOut).toBe(false);
    commit();
    expect(await labels).toBe(area);
  });
});

describe('a store that refuses for good', () => {
  it('because an epoch has ended sends its people to the next, and holds up no other mask', async () => {
    await using server = await startRoomServer();
    server.store.addMask({ maskId: 'other' });
    const { anna, doc } = await annaInside(server);
    const bertsDoc = new Y.Doc();
    const bert = connectRaw(server, { name: 'bert', clientId: bertsDoc.clientID, room: 'other@0' });
    await bert.next('durable');
    server.store.changeMask('mask', { epoch: 1 });
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    bert.sendUpdate(pushed(bertsDoc, 'session-bert', recordBytes()));
    expect((await bert.next('durable')).ack.clocks).toEqual([[bertsDoc.clientID, 1]]);
    expect((await anna.closed).code).toBe(CLOSE.epochEnded);
    await using old = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    expect((await old.closed).code).toBe(CLOSE.epochEnded);
    await using fresh = connectRaw(server, { name: 'anna', clientId: doc.clientID, room: 'mask@1' });
    expect((await fresh.next('ready')).ready.epoch).toBe(1);
  });
});

describe('a room', () => {
  it('that nobody is in any more is loaded again with the same pixels', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await anna.next('durable');
    const { values } = await server.rooms.labels('mask');
    anna.socket.terminate();
    await anna.closed;
    let isLoadedAgain = false;
    void server.store.nextLoad().then(() => {
      isLoadedAgain = true;
    });
    // The server hears of the end of a socket after the client.
    while (!isLoadedAgain) {
      const again = await server.rooms.labels('mask');
      expect(Buffer.compare(again.values, values)).toBe(0);
      await new Promise(setImmediate);
    }
  });

  it('that its last person leaves while its strokes are being committed is not lost to who comes then', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    const attempt = server.store.nextAttempt();
    const commit = server.store.holdAppends();
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await attempt;
    anna.socket.terminate();
    await anna.closed;
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await bert.next('ready');
    const seen = new Y.Doc();
    bert.sendStep1(seen);
    Y.applyUpdate(seen, (await bert.next('step2')).bytes);
    expect(seen.getArray(`ops:${ANNA}`).length).toBe(1);
    commit();
    await bert.next('durable');
    bert.socket.terminate();
    expect((await server.rooms.labels('mask')).values.filter((label) => label === 1)).toHaveLength(area);
  });

  it('that is being loaded is left and joined again, and both see one document', async () => {
    await using server = await startRoomServer();
    const loading = server.store.nextLoad();
    const load = server.store.holdLoads();
    const first = connectRaw(server, { name: 'anna', clientId: 1 });
    await loading;
    first.socket.terminate();
    await first.closed;
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await Promise.all([anna.opened, bert.opened]);
    load();
    await Promise.all([anna.next('durable'), bert.next('durable')]);
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await bert.next('update');
    await anna.next('durable');
    expect(await server.store.loadSince('mask', 0, 0)).toHaveLength(1);
  });

  it('whose log cannot be read says so and keeps nobody', async () => {
    await using server = await startRoomServer();
    await server.store.append(
      [{ maskId: 'mask', epoch: 0, sessionId: ANNA, bytes: Uint8Array.of(1, 2) }],
      [],
    );
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    expect((await anna.next('refused')).body.code).toBe('LOG_MALFORMED');
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
  });

  it('reads its label table again', async () => {
    await using server = await startRoomServer();
    const { anna, doc } = await annaInside(server);
    await anna.next('ready');
    server.store.changeMask('mask', { labels: [1, 2, 3] });
    server.rooms.labelsChanged('another task');
    server.rooms.labelsChanged('task');
    expect((await anna.next('ready')).ready.labels).toEqual([1, 2, 3]);
    anna.sendUpdate(pushed(doc, ANNA, recordBytes({ label: 3 })));
    await anna.next('durable');
  });

  it('closes with what was applied committed and acknowledged', async () => {
    const server = await startRoomServer({ limits: { groupCommitMs: 60_000 } });
    const { anna, doc } = await annaInside(server);
    const bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await bert.next('durable');
    anna.sendUpdate(pushed(doc, ANNA, recordBytes()));
    await bert.next('update');
    await server[Symbol.asyncDispose]();
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
    expect((await anna.next('durable').catch(() => undefined))?.ack.clocks).toEqual([[doc.clientID, 1]]);
    expect(await server.store.loadSince('mask', 0, 0)).toHaveLength(1);
  });
});

describe('a slow reader', () => {
  it('misses presence first, and is sent away before its backlog grows without end', async () => {
    await using server = await startRoomServer({
      limits: { groupCommitMs: 1, dropPresenceBytes: 1, slowReaderBytes: 2_000 },
    });
    const { anna, doc } = await annaInside(server);
    const slow = connectRaw(server, { name: 'bert', clientId: 2 });
    await slow.next('durable');
    // As when the other end has stopped reading: nothing leaves any more.
    server.sockets[1]!.cork();
    const backlog = () => server.sockets[1]!.writableLength;
    const send = async (i: number) => {
      anna.sendUpdate(pushed(doc, ANNA, recordBytes({ strokeId: i, lamport: i })));
      await anna.next('durable');
    };
    await send(1);
    anna.sendPresence([{ clientId: doc.clientID, clock: 1, state: {} }]);
    for (let i = 2; i < 100; i++) await send(i);
    expect(backlog()).toBeLessThan(3_000);
    server.sockets[1]!.uncork();
    expect((await slow.closed).code).toBe(CLOSE.slowReader);
    expect(slow.frames.some(({ kind }) => kind === 'presence')).toBe(false);
  });
});
