import { rasterizeStroke } from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { CLOSE } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import type { KeptPlace } from './kept/keptStore.ts';
import { createMemoryKeptStore, type MemoryKeptStore } from './kept/memoryKeptStore.ts';
import { type MaskSession, type MaskSessionOptions, openMaskSession } from './maskSession.ts';
import type { SaveState } from './saveState.ts';
import { createSessionKeeper } from './sessionKeeper.ts';
import { strokeFile } from './strokeFile.ts';
import { type RoomServer, startRoomServer } from './testing/roomServer.ts';
import { somePlace } from './testing/somePlace.ts';

const size = { width: 64, height: 64 };
const placeOf = (sessionId: string): KeptPlace => somePlace({ sessionId, ...size });
const ready = { ...size, mayPaint: true, labels: [1, 2] };

const mask = (
  server: RoomServer,
  sessionId = 'session-one',
  store: MemoryKeptStore = createMemoryKeptStore(),
): MaskSessionOptions => ({
  origin: server.origin,
  place: placeOf(sessionId),
  labels: new Set([1, 2]),
  store,
  WebSocketPolyfill: NodeWebSocket as unknown as typeof WebSocket,
});

function open(server: RoomServer, sessionId?: string, store?: MemoryKeptStore): MaskSession & Disposable {
  const session = openMaskSession(mask(server, sessionId, store));
  return Object.assign(session, { [Symbol.dispose]: () => session.destroy() });
}

/** Resolves as soon as the session says so; the test's own time limit is the only clock. */
function until(session: MaskSession, holds: (state: SaveState) => boolean): Promise<SaveState> {
  return new Promise((done) => {
    const look = () => {
      if (!holds(session.state)) return;
      stop();
      done(session.state);
    };
    const stop = session.onChange(look);
    look();
  });
}
const kind = (wanted: SaveState['kind']) => (state: SaveState) => state.kind === wanted;

const stroke = (y: number, label = 1) => ({
  label,
  runs: rasterizeStroke(
    [
      { x: 8, y },
      { x: 50, y },
    ],
    { shape: 'round', diameter: 5 },
    size,
  ),
});

/** What a stranger who reads the server's document sees. */
const onServer = (server: RoomServer) => openMaskDoc({ doc: server.doc, ...size }).composition.toLabels();

describe('a mask session', () => {
  it('is saved only when the server says that it has committed', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    await until(session, kind('saved'));
    server.holdAcknowledgements();
    session.paint(stroke(10));
    session.paint(stroke(20));
    expect(session.state).toMatchObject({ kind: 'saving', pending: 2 });
    server.commit();
    await until(session, kind('saved'));
    expect(onServer(server)).toEqual(session.maskDoc.composition.toLabels());
  });

  it('paints nothing before it is synchronised', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    expect(session.paint(stroke(10))).toBeUndefined();
    await until(session, kind('saved'));
    expect(session.paint(stroke(10))).toBeDefined();
  });

  it('shows another person’s stroke, and undoes only its own', async () => {
    await using server = await startRoomServer(ready);
    using ada = open(server, 'session-ada');
    using ben = open(server, 'session-ben');
    await Promise.all([until(ada, kind('saved')), until(ben, kind('saved'))]);
    const seen = new Promise<void>((done) => {
      const stop = ben.maskDoc.onChange(() => {
        stop();
        done();
      });
    });
    ada.paint(stroke(30));
    await seen;
    expect(ben.maskDoc.composition.labelAt(20, 30)).toBe(1);
    expect(ben.undo()).toBe(false);
    expect(ada.undo()).toBe(true);
    expect(ada.redo()).toBe(true);
  });

  it('goes on painting offline and sends it when the server is back', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    await until(session, kind('saved'));
    server.goAway(true);
    await until(session, kind('offline'));
    session.paint(stroke(10, 2));
    expect(session.state).toMatchObject({ kind: 'offline', pending: 1 });
    server.goAway(false);
    await until(session, kind('saved'));
    expect(onServer(server)).toEqual(session.maskDoc.composition.toLabels());
  });

  it('keeps refused strokes, gives them out as a file, and takes no more', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    await until(session, kind('saved'));
    server.refuseWith({ code: 'FORBIDDEN', message: 'Your role changed.' });
    session.paint(stroke(10));
    await until(session, kind('refused'));
    expect(session.state).toMatchObject({ pending: 1, why: expect.stringContaining('Your role') });
    expect(session.paint(stroke(20))).toBeUndefined();
    const file = strokeFile(session.unsaved().strokes, { ...session.place, reason: 'x' });
    expect(file.records).toHaveLength(1);
    expect(onServer(server).every((label) => label === 0)).toBe(true);
  });

  it('sends again by itself when the trouble passes', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    await until(session, kind('saved'));
    server.refuseWith({ code: 'DATABASE_UNAVAILABLE', message: 'The database does not answer.' });
    session.paint(stroke(10));
    const trouble = await until(session, kind('offline'));
    expect(trouble).toMatchObject({ pending: 1, why: 'The database does not answer.' });
    server.refuseWith(undefined);
    await until(session, kind('saved'));
    expect(onServer(server)).toEqual(session.maskDoc.composition.toLabels());
  });

  it('says in a sentence why a room was closed for good, and does not knock again', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    await until(session, kind('saved'));
    const before = server.connections;
    server.closeAll(CLOSE.notSignedIn);
    const closed = await until(session, kind('closed'));
    expect(closed).toMatchObject({ why: expect.stringContaining('Sign in again') });
    expect(server.connections).toBe(before);
    session.reconnect();
    await until(session, kind('saved'));
  });

  it('comes back by itself after a code that means so', async () => {
    await using server = await startRoomServer(ready);
    using session = open(server);
    await until(session, kind('saved'));
    server.closeAll(CLOSE.comeBack);
    await until(session, kind('offline'));
    await until(session, kind('saved'));
  });
});

describe('the keeper of sessions', () => {
  it('lets a session that was left live until its strokes are saved', async () => {
    await using server = await startRoomServer(ready);
    const keeper = createSessionKeeper(openMaskSession);
    const session = keeper.enter(mask(server));
    await until(session, kind('saved'));
    server.holdAcknowledgements();
    session.paint(stroke(10));
    keeper.leave(session);
    expect(keeper.lingeringStrokes).toBe(1);
    expect(keeper.enter(mask(server))).toBe(session);
    keeper.leave(session);
    const done = new Promise<void>((resolve) => {
      keeper.onChange(() => keeper.session('mask') === undefined && resolve());
    });
    server.commit();
    await done;
    const next = keeper.enter(mask(server));
    expect(next).not.toBe(session);
    keeper.leave(next);
  });

  it('carries what is not saved into a new epoch', async () => {
    await using server = await startRoomServer(ready);
    const keeper = createSessionKeeper(openMaskSession);
    const first = keeper.enter(mask(server));
    await until(first, kind('saved'));
    server.goAway(true);
    await until(first, kind('offline'));
    first.paint(stroke(10));
    server.startEpoch(1);
    server.goAway(false);
    await until(first, kind('closed'));
    expect(first.epochEnded).toBe(true);
    const before = mask(server);
    const second = keeper.enter({ ...before, place: { ...before.place, epoch: 1 } });
    expect(second.state.pending).toBe(1);
    await until(second, kind('saved'));
    expect(onServer(server)).toEqual(second.maskDoc.composition.toLabels());
    expect(second.maskDoc.composition.labelAt(20, 10)).toBe(1);
    expect(second.undo()).toBe(true);
    keeper.close();
  });

  it('carries refused strokes into a fresh document, once each', async () => {
    await using server = await startRoomServer(ready);
    const keeper = createSessionKeeper(openMaskSession);
    const first = keeper.enter(mask(server));
    await until(first, kind('saved'));
    server.refuseWith({ code: 'FORBIDDEN', message: 'Your role changed.' });
    first.paint(stroke(10));
    await until(first, kind('refused'));
    const painted = first.maskDoc.composition.toLabels();
    server.refuseWith(undefined);
    const second = keeper.startOver(mask(server), { keepStrokes: true });
    expect(second.state.pending).toBe(1);
    await until(second, kind('saved'));
    expect(onServer(server)).toEqual(painted);
    expect(second.maskDoc.strokeCountOf('session-one')).toBe(1);
    keeper.leave(second);
  });

  it('lets go of refused strokes only when it is told to', async () => {
    await using server = await startRoomServer(ready);
    const keeper = createSessionKeeper(openMaskSession);
    const first = keeper.enter(mask(server));
    await until(first, kind('saved'));
    server.refuseWith({ code: 'FORBIDDEN', message: 'Your role changed.' });
    first.paint(stroke(10));
    await until(first, kind('refused'));
    server.refuseWith(undefined);
    const second = keeper.startOver(mask(server), { keepStrokes: false });
    await until(second, kind('saved'));
    expect(onServer(server).every((label) => label === 0)).toBe(true);
    keeper.leave(second);
  });
});
