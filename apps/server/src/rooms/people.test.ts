/** Who gets into a mask room, what their role lets them do there, and how they see each other. */
import {
  CLOSE,
  MAX_CLIENTS_PER_SESSION,
  MAX_PRESENCE_BYTES,
  MAX_PRESENCE_PER_SECOND,
  MAX_UNAUTHENTICATED_BYTES,
} from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { connectRaw } from './testing/rawClient.ts';
import { startRoomServer } from './testing/roomServer.ts';
import { dotAt, pushed, recordBytes } from './testing/strokes.ts';

describe('at the door', () => {
  it('tells what the mask is and whether one may paint', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await using vera = connectRaw(server, { name: 'vera', clientId: 2 });
    const ready = { maskId: 'mask', epoch: 0, width: 300, height: 200, mayPaint: true, labels: [1, 2] };
    expect((await anna.next('ready')).ready).toEqual(ready);
    expect((await vera.next('ready')).ready).toEqual({ ...ready, mayPaint: false });
    expect(anna.frames[0]?.kind).toBe('ready');
  });

  it.each([
    ['nobody', { name: 'anna', token: 'wrong' }, CLOSE.notSignedIn, 'NOT_SIGNED_IN'],
    ['a stranger to the project', { name: 'carl' }, CLOSE.notFound, 'NOT_FOUND'],
    ['who asks for a mask that is not there', { name: 'anna', room: 'other@0' }, CLOSE.notFound, 'NOT_FOUND'],
    ['who asks for an epoch that has ended', { name: 'anna', room: 'mask@7' }, CLOSE.epochEnded, 'CONFLICT'],
    ['whose address is no room', { name: 'anna', room: 'mask' }, CLOSE.rubbish, 'BAD_REQUEST'],
    ['whose session is no name', { name: 'anna', sessionId: 'x' }, CLOSE.rubbish, 'BAD_REQUEST'],
    ['whose client id is no number', { name: 'anna', clientId: Number.NaN }, CLOSE.rubbish, 'BAD_REQUEST'],
  ])('sends %s away with a code and a sentence', async (_who, visitor, code, reason) => {
    await using server = await startRoomServer();
    server.access.setRole('carl', 'owner', 'another project');
    await using client = connectRaw(server, { clientId: 1, ...visitor });
    expect((await client.next('refused')).body).toMatchObject({
      code: reason,
      message: expect.stringMatching(/\w{3}/),
    });
    expect(await client.closed).toEqual({ code, reason });
  });

  it.each(['bert', 'vera'])("does not let %s use Anna's session", async (name) => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    await using thief = connectRaw(server, { name, clientId: 2, sessionId: 'session-anna' });
    expect((await thief.closed).code).toBe(CLOSE.forbidden);
  });

  it("does not let Bert use Anna's client id", async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    await using bert = connectRaw(server, { name: 'bert', clientId: 1 });
    expect((await bert.closed).code).toBe(CLOSE.forbidden);
  });

  it('lets a reloaded page in again, which sends what the page before it had painted', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    const before = doc.clientID;
    pushed(doc, 'session-anna', recordBytes());
    await using first = connectRaw(server, { name: 'anna', clientId: before });
    await first.next('ready');
    await using second = connectRaw(server, { name: 'anna', clientId: before + 1 });
    await second.next('durable');
    doc.clientID = before + 1;
    pushed(doc, 'session-anna', recordBytes({ strokeId: 2, lamport: 2, runs: dotAt(0, 0) }));
    second.sendStep2(Y.encodeStateAsUpdate(doc));
    const { ack } = await second.next('durable');
    expect([...ack.clocks].sort(([a], [b]) => a - b)).toEqual([
      [before, 1],
      [before + 1, 1],
    ]);
  });

  it('bounds how many documents one session opens', async () => {
    await using server = await startRoomServer();
    for (let clientId = 1; clientId <= MAX_CLIENTS_PER_SESSION; clientId++)
      await server.store.registerSession({
        maskId: 'mask',
        sessionId: 'session-anna',
        userId: 'anna',
        clientId,
      });
    await using known = connectRaw(server, { name: 'anna', clientId: 1 });
    await known.next('ready');
    await using anna = connectRaw(server, { name: 'anna', clientId: MAX_CLIENTS_PER_SESSION + 1 });
    expect((await anna.next('refused')).body).toMatchObject({
      code: 'SESSION_FULL',
      message: expect.stringContaining('Reload the page'),
    });
    expect(await anna.closed).toEqual({ code: CLOSE.rubbish, reason: 'SESSION_FULL' });
    await using fresh = connectRaw(server, { name: 'anna', clientId: 9999, sessionId: 'session-of-anna-2' });
    await fresh.next('ready');
  });

  it('loses nothing that is painted before sign-in is done: the answer brings it', async () => {
    await using server = await startRoomServer();
    const letIn = server.access.holdSignIns();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID, answers: false });
    await anna.opened;
    for (let i = 1; i <= 500; i++) {
      anna.sendUpdate(
        pushed(doc, 'session-anna', recordBytes({ strokeId: i, lamport: i, runs: dotAt(i % 300, 5) })),
      );
    }
    letIn();
    anna.sendStep2(Y.encodeStateAsUpdate(doc, (await anna.next('step1')).bytes));
    const isLast = ({ ack }: { ack: { clocks: readonly (readonly [number, number])[] } }) =>
      ack.clocks[0]?.[1] === 500;
    while (!isLast(await anna.next('durable')));
    expect(anna.frames.some(({ kind }) => kind === 'refused')).toBe(false);
    expect(server.store.labelledPixels('mask')).toBe(300);
  });

  it('bounds what comes before sign-in is done', async () => {
    await using server = await startRoomServer();
    const letIn = server.access.holdSignIns();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.opened;
    for (let sent = 0; sent <= MAX_UNAUTHENTICATED_BYTES; sent += 64 * 1024)
      anna.sendUpdate(new Uint8Array(64 * 1024));
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
    letIn();
  });

  it('does not wait for ever', async () => {
    await using server = await startRoomServer({ limits: { admissionMs: 10 } });
    const letIn = server.access.holdSignIns();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    expect((await anna.closed).code).toBe(CLOSE.comeBack);
    letIn();
  });
});

describe('a role', () => {
  it('of a viewer lets nobody paint, by hand-made frames either', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using vera = connectRaw(server, { name: 'vera', clientId: doc.clientID });
    await vera.opened;
    vera.sendUpdate(pushed(doc, 'session-vera', recordBytes()));
    expect((await vera.next('refused')).body.code).toBe('FORBIDDEN');
    vera.sendStep2(Y.encodeStateAsUpdate(doc));
    expect((await vera.next('refused')).body.code).toBe('FORBIDDEN');
    expect(await server.store.loadSince('mask', 0, 0)).toEqual([]);
    expect(await server.store.sessions('mask')).toEqual([]);
  });

  it('of a viewer lets one answer the question for news, having none', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('durable');
    anna.sendUpdate(pushed(doc, 'session-anna', recordBytes()));
    await anna.next('durable');
    doc.getArray('ops:session-anna').delete(0);
    anna.sendStep2(Y.encodeStateAsUpdate(doc));
    await anna.next('durable');
    await using vera = connectRaw(server, { name: 'vera', clientId: 2 });
    const seen = new Y.Doc();
    await vera.next('ready');
    vera.sendStep1(seen);
    Y.applyUpdate(seen, (await vera.next('step2')).bytes);
    vera.sendStep2(Y.encodeStateAsUpdate(seen));
    vera.sendStep1(seen);
    await vera.next('step2');
    expect(vera.frames.some(({ kind }) => kind === 'refused')).toBe(false);
  });

  it('that is revoked in the middle of a stroke ends painting on the open socket, and given back goes on', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('ready');
    await anna.next('durable');
    await anna.next('step1');
    server.access.setRole('anna', 'viewer');
    expect((await anna.next('ready')).ready.mayPaint).toBe(false);
    anna.sendUpdate(pushed(doc, 'session-anna', recordBytes()));
    expect((await anna.next('refused')).body.code).toBe('FORBIDDEN');
    server.access.setRole('anna', 'reviewer');
    expect((await anna.next('ready')).ready.mayPaint).toBe(true);
    const { bytes } = await anna.next('step1');
    anna.sendStep2(Y.encodeStateAsUpdate(doc, bytes));
    expect((await anna.next('durable')).ack.clocks).toEqual([[doc.clientID, 1]]);
  });

  it('that is taken away closes the socket', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('ready');
    server.access.setRole('anna', undefined);
    expect(await anna.closed).toEqual({ code: CLOSE.forbidden, reason: 'FORBIDDEN' });
  });

  it('that changes while the room is loaded is the one that counts', async () => {
    await using server = await startRoomServer();
    const load = server.store.holdLoads();
    const loading = server.store.nextLoad();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await loading;
    server.access.setRole('anna', 'viewer');
    load();
    expect((await anna.next('ready')).ready.mayPaint).toBe(false);
  });

  it('in another project changes nothing here', async () => {
    await using server = await startRoomServer();
    const doc = new Y.Doc();
    await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
    await anna.next('durable');
    server.access.setRole('anna', undefined, 'another project');
    anna.sendUpdate(pushed(doc, 'session-anna', recordBytes()));
    await anna.next('durable');
  });
});

describe('signing out', () => {
  it('closes the sockets of that person, and nobody else’s', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await Promise.all([anna.next('ready'), bert.next('ready')]);
    server.access.signedOut('anna'); // another of her sessions: this socket's still holds
    server.access.withdraw('anna');
    expect(await anna.closed).toEqual({ code: CLOSE.notSignedIn, reason: 'NOT_SIGNED_IN' });
    expect(anna.frames.filter(({ kind }) => kind === 'refused')).toHaveLength(1);
    const doc = new Y.Doc();
    doc.clientID = 2;
    bert.sendUpdate(pushed(doc, 'session-bert', recordBytes()));
    await bert.next('durable');
  });

  it('while a socket is being let in keeps it out', async () => {
    await using server = await startRoomServer();
    const loading = server.store.nextLoad();
    const load = server.store.holdLoads();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await loading;
    server.access.withdraw('anna');
    load();
    expect((await anna.closed).code).toBe(CLOSE.notSignedIn);
    expect(anna.frames.map(({ kind }) => kind)).toEqual(['refused']);
  });
});

describe('presence', () => {
  it('of one person reaches the others, those who come later too, and ends with the socket', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    const bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await Promise.all([anna.next('ready'), bert.next('ready')]);
    bert.sendPresence([{ clientId: 2, clock: 1, state: { at: 'home' } }]);
    expect((await anna.next('presence')).entries).toEqual([{ clientId: 2, clock: 1, state: { at: 'home' } }]);
    await using vera = connectRaw(server, { name: 'vera', clientId: 3 });
    expect((await vera.next('presence')).entries).toEqual([{ clientId: 2, clock: 1, state: { at: 'home' } }]);
    bert.socket.terminate();
    expect((await anna.next('presence')).entries).toEqual([{ clientId: 2, clock: 1, state: null }]);
  });

  it('of invented or foreign ids is not passed on', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await Promise.all([anna.next('ready'), bert.next('ready')]);
    bert.sendPresence([
      { clientId: 1, clock: 99, state: { at: 'not me' } },
      { clientId: 77, clock: 1, state: {} },
    ]);
    bert.sendPresence([
      { clientId: 1, clock: 99, state: null },
      { clientId: 2, clock: 1, state: { at: 'home' } },
    ]);
    expect((await anna.next('presence')).entries).toEqual([{ clientId: 2, clock: 1, state: { at: 'home' } }]);
    bert.sendPresence([...Array(100_000).keys()].map((clientId) => ({ clientId, clock: 1, state: {} })));
    bert.sendPresence([{ clientId: 2, clock: 2, state: null }]);
    expect((await anna.next('presence')).entries).toEqual([{ clientId: 2, clock: 2, state: null }]);
  });

  it('that is too large, or of a clock that silences, is refused', async () => {
    await using server = await startRoomServer();
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await bert.next('ready');
    bert.sendPresence([{ clientId: 2, clock: 1, state: { x: 'x'.repeat(MAX_PRESENCE_BYTES) } }]);
    expect((await bert.next('refused')).body.code).toBe('BAD_REQUEST');
    bert.sendPresence([{ clientId: 2, clock: 2 ** 40, state: {} }]);
    expect((await bert.next('refused')).body.code).toBe('BAD_REQUEST');
  });

  it('is taken no more often than agreed', async () => {
    await using server = await startRoomServer();
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await Promise.all([anna.next('ready'), bert.next('ready')]);
    for (let clock = 1; clock <= 200; clock++) bert.sendPresence([{ clientId: 2, clock, state: { clock } }]);
    bert.sendStep1(new Y.Doc());
    await bert.next('step2');
    await using late = connectRaw(server, { name: 'anna', clientId: 3 });
    const [entry] = (await late.next('presence')).entries;
    expect(entry!.clock).toBeGreaterThanOrEqual(MAX_PRESENCE_PER_SECOND);
    // Of 200; a machine that is busy for seconds lets some more through.
    expect(entry!.clock).toBeLessThan(150);
  });

  it('of one moment comes in one frame, and the latest of each counts', async () => {
    await using server = await startRoomServer({ limits: { peersAtOnce: 1, presenceRelayMs: 10_000 } });
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await using bert = connectRaw(server, { name: 'bert', clientId: 2 });
    await using vera = connectRaw(server, { name: 'vera', clientId: 3 });
    await Promise.all([anna.next('ready'), bert.next('ready'), vera.next('ready')]);
    for (let clock = 1; clock <= 3; clock++) {
      for (const [clientId, peer] of [anna, bert].entries()) {
        peer.sendPresence([{ clientId: clientId + 1, clock, state: { clock } }]);
        peer.sendStep1(new Y.Doc());
        await peer.next('step2');
      }
    }
    const next = async () => {
      const { entries } = await vera.next('presence');
      return entries.map(({ clientId, clock }) => [clientId, clock]);
    };
    // The first after a pause at once, the others together.
    expect(await next()).toEqual([[1, 1]]);
    expect(await next()).toEqual([
      [2, 3],
      [1, 3],
    ]);
  });
});

describe('a silent socket', () => {
  it('hears from the server, and is dropped when it does not answer', async () => {
    await using server = await startRoomServer({ limits: { heartbeatMs: 20 } });
    await using anna = connectRaw(server, { name: 'anna', clientId: 1, autoPong: false });
    expect((await anna.next('presence')).entries).toEqual([]);
    expect((await anna.closed).code).toBe(1006);
  });
});
