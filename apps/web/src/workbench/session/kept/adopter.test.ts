import { CLOSE } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { openMaskSession } from '../maskSession.ts';
import { createSessionKeeper } from '../sessionKeeper.ts';
import { maskOn, onServer, openOn, READY, stroke, until, untilSays } from '../testing/openSessions.ts';
import { type RoomServer, startRoomServer } from '../testing/roomServer.ts';
import { somePlace } from '../testing/somePlace.ts';
import { type Adopter, createAdopter, type FoundMask } from './adopter.ts';
import type { KeptPlace } from './keptStore.ts';
import { createMemoryKeptStore, type MemoryKeptStore } from './memoryKeptStore.ts';
import { memorySessionLocks, type SessionLocks } from './sessionLocks.ts';

const EARLIER = 'session-earlier';

/** Another tab of the same browser. */
function openTab(
  server: RoomServer,
  {
    store,
    locks,
    userId = 'ada',
  }: { store: MemoryKeptStore; locks: SessionLocks | undefined; userId?: string },
  findMask?: (place: KeptPlace) => FoundMask,
): Adopter & Disposable {
  const adopter = createAdopter({
    store,
    locks,
    userId,
    ownSessionId: 'session-of-this-tab',
    findMask: async (place) => findMask?.(place) ?? { mask: maskOn(server, { store, place }) },
    createKeeper: () => createSessionKeeper(openMaskSession),
  });
  return Object.assign(adopter, { [Symbol.dispose]: () => adopter.stop() });
}

/** Paints two strokes offline, takes one of three back, and ends: what a closed tab leaves. */
async function leaveStrokes(server: RoomServer, store: MemoryKeptStore): Promise<void> {
  const session = openOn(server, { store, place: somePlace({ sessionId: EARLIER }) });
  await untilSays(session, 'saved');
  session.paint(stroke(50));
  await untilSays(session, 'saved');
  server.goAway(true);
  await untilSays(session, 'offline');
  session.undo();
  session.paint(stroke(10));
  session.paint(stroke(20, 2));
  await session.settled();
  session.destroy();
  server.goAway(false);
}

const untilNothingIsKept = (adopter: Adopter) => until(adopter, () => adopter.earlier.length === 0);
const rows = (server: RoomServer) => [10, 20, 50].map((y) => onServer(server)[y * 64 + 20]);

describe('strokes of an earlier tab', () => {
  it('are sent exactly, undone ones too, and leave the device when they are acknowledged', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    expect(rows(server)).toEqual([0, 0, 1]);
    using tab = openTab(server, browser);
    server.holdAcknowledgements();
    await tab.look();
    await until(tab, () => tab.earlier.some(({ state }) => state === 'sending'));
    await new Promise<void>((done) => server.doc.once('update', () => done()));
    expect(await browser.store.list()).toHaveLength(1);
    server.commit();
    await untilNothingIsKept(tab);
    expect(rows(server)).toEqual([1, 2, 0]);
    expect(await browser.store.list()).toEqual([]);
  });

  it('are left alone while their tab lives, and are sent by one other tab only', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    let endTab = () => {};
    const life = new Promise<void>((done) => {
      endTab = done;
    });
    void browser.locks.hold(EARLIER, () => life);
    using second = openTab(server, browser);
    using third = openTab(server, browser);
    await Promise.all([second.look(), third.look()]);
    expect([second.earlier, third.earlier]).toEqual([[], []]);
    const before = server.connections;
    endTab();
    await until(second, () => second.earlier.length === 1);
    await untilNothingIsKept(second);
    expect(rows(server)).toEqual([1, 2, 0]);
    expect(third.earlier).toEqual([]);
    expect(server.connections).toBe(before + 1);
  });

  it('of somebody else are told of and never sent', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    const before = server.connections;
    using ben = openTab(server, { ...browser, userId: 'ben' });
    await ben.look();
    expect(ben.earlier).toMatchObject([{ state: 'foreign', place: { userName: 'Ada' } }]);
    await ben.send(ben.earlier[0]!);
    expect(server.connections).toBe(before);
    using ada = openTab(server, browser);
    await ada.look();
    await until(ada, () => ada.earlier.length === 1);
    await untilNothingIsKept(ada);
    expect(rows(server)).toEqual([1, 2, 0]);
  });

  it('of a mask that is gone are refused with the reason, and kept until the person lets go', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    using tab = openTab(server, browser, () => ({ refusal: { code: 'NOT_FOUND', message: 'Gone.' } }));
    await tab.look();
    await until(tab, () => tab.earlier.some(({ state }) => state === 'refused'));
    expect((await browser.store.list())[0]?.strokes).toHaveLength(3);
    await tab.letGo(tab.earlier[0]!);
    await untilNothingIsKept(tab);
    expect(await browser.store.list()).toEqual([]);
  });

  it('of somebody who may no longer paint are refused, and sent when the role is back', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    server.refuseWith({ code: 'FORBIDDEN', message: 'Your role changed.' });
    using tab = openTab(server, browser);
    await tab.look();
    await until(tab, () => tab.earlier.some(({ state }) => state === 'refused'));
    expect(tab.earlier[0]?.strokes.every(({ refusal }) => refusal?.code === 'FORBIDDEN')).toBe(true);
    server.refuseWith(undefined);
    await tab.send(tab.earlier[0]!);
    await untilNothingIsKept(tab);
    expect(rows(server)).toEqual([1, 2, 0]);
  });

  it('of an epoch that has ended go into the new one', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    server.startEpoch(3);
    let epoch = 0;
    using tab = openTab(server, browser, (place) => ({
      mask: maskOn(server, { store: browser.store, place: { ...place, epoch } }),
    }));
    await tab.look();
    // The first answer was out of date: nothing is refused, and the next look finds the new epoch.
    await until(tab, () => tab.earlier.some(({ state }) => state === 'waiting'));
    epoch = 3;
    await tab.look();
    await until(tab, () => tab.earlier.some(({ state }) => state === 'sending'));
    await untilNothingIsKept(tab);
    expect(rows(server)).toEqual([1, 2, 0]);
  });

  it('wait while nobody is signed in', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    using tab = openTab(server, browser);
    server.holdAcknowledgements();
    await tab.look();
    await new Promise<void>((done) => server.doc.once('update', () => done()));
    server.closeAll(CLOSE.notSignedIn);
    await until(tab, () => tab.earlier.some(({ state }) => state === 'waiting'));
    server.commit();
    await tab.look();
    await untilNothingIsKept(tab);
    expect(rows(server)).toEqual([1, 2, 0]);
  });

  it('wait while it cannot be asked what became of their mask', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: memorySessionLocks() };
    await leaveStrokes(server, browser.store);
    let isAway = true;
    using tab = openTab(server, browser, (place) =>
      isAway ? { later: true } : { mask: maskOn(server, { store: browser.store, place }) },
    );
    await tab.look();
    await until(tab, () => tab.earlier.some(({ state }) => state === 'waiting'));
    expect((await browser.store.list())[0]?.strokes.some(({ refusal }) => refusal)).toBe(false);
    isAway = false;
    await tab.look();
    await untilNothingIsKept(tab);
    expect(rows(server)).toEqual([1, 2, 0]);
  });

  it('wait for the person where the browser cannot tell whether their tab lives', async () => {
    await using server = await startRoomServer(READY);
    const browser = { store: createMemoryKeptStore(), locks: undefined };
    await leaveStrokes(server, browser.store);
    using tab = openTab(server, browser);
    await tab.look();
    expect(tab.earlier).toMatchObject([{ state: 'byHand' }]);
    void tab.send(tab.earlier[0]!);
    await untilNothingIsKept(tab);
    expect(rows(server)).toEqual([1, 2, 0]);
  });
});
