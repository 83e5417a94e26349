/** What open pages hear: only of their projects, and only from people who are who they seem. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientToServerEvents, Presence, ServerToClientEvents } from '@cotrace/protocol';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../log.ts';
import { createRooms } from '../rooms/createRooms.ts';
import { createMemoryAccess, tokenOf } from '../rooms/testing/memoryAccess.ts';
import { createMemoryRoomStore } from '../rooms/testing/memoryRoomStore.ts';
import { connectRaw } from '../rooms/testing/rawClient.ts';
import { createLiveEvents } from './createLiveEvents.ts';

type Page = Socket<ServerToClientEvents, ClientToServerEvents>;

async function startLive() {
  const access = createMemoryAccess();
  for (const name of ['anna', 'bert']) access.setRole(name, 'annotator');
  access.setRole('carl', 'owner', 'another');
  const httpServer = createServer();
  const log = createLog(() => {});
  const live = createLiveEvents({ httpServer, access, log });
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  const pages: Page[] = [];
  return {
    access,
    live,
    log,
    httpServer,
    origin,
    open(options: Parameters<typeof io>[1]): Page {
      const page: Page = io(origin, { transports: ['websocket'], reconnection: false, ...options });
      pages.push(page);
      return page;
    },
    page(name: string): Page {
      return this.open({ auth: { token: tokenOf(name) } });
    },
    async [Symbol.asyncDispose]() {
      for (const page of pages) page.disconnect();
      await live.close();
      await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}

const next = <E extends keyof ServerToClientEvents>(page: Page, event: E) =>
  new Promise<Parameters<ServerToClientEvents[E]>[0]>((resolve) =>
    page.once(event, resolve as unknown as never),
  );
const joined = (page: Page, projectId = 'project') =>
  new Promise<{ code: string } | null>((resolve) => page.emit('join', projectId, resolve));
const at = (x: number) => ({ sessionId: 'tab', sectionId: 'section', taskId: 'task', x, y: 2 });

describe('signing in', () => {
  it.each([
    ['a token', { auth: { token: tokenOf('anna') } }],
    ['a cookie', { extraHeaders: { cookie: tokenOf('anna') } }],
  ])('with %s connects', async (_what, options) => {
    await using server = await startLive();
    const page = server.open(options);
    await new Promise<void>((resolve) => page.once('connect', resolve));
    expect(await joined(page)).toBeNull();
  });

  it('with nothing, or a wrong token, is refused with a code and a sentence', async () => {
    await using server = await startLive();
    for (const options of [{}, { auth: { token: 'wrong' } }]) {
      const page = server.open(options);
      const error = await new Promise<Error & { data?: unknown }>((resolve) =>
        page.once('connect_error', resolve),
      );
      expect(error.data).toMatchObject({ code: 'NOT_SIGNED_IN', message: expect.stringMatching(/sign/i) });
    }
  });
});

describe('a project', () => {
  it('tells its members, and nobody else', async () => {
    await using server = await startLive();
    const [anna, carl] = [server.page('anna'), server.page('carl')];
    expect(await joined(anna)).toBeNull();
    expect(await joined(carl)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await joined(carl, 'another')).toBeNull();
    const heard: unknown[] = [];
    carl.on('changed', (what) => heard.push(what));
    const told = next(anna, 'changed');
    server.live.emit('project', 'changed', { kind: 'sections' });
    server.live.emit('another', 'changed', { kind: 'exports' });
    expect(await told).toEqual({ kind: 'sections' });
    expect(heard.length === 0 ? await next(carl, 'changed') : heard[0]).toEqual({ kind: 'exports' });
  });

  it('is no longer told to who has left it', async () => {
    await using server = await startLive();
    const anna = server.page('anna');
    await joined(anna);
    const heard: string[] = [];
    anna.on('changed', ({ kind }) => heard.push(kind));
    anna.emit('leave', 'project');
    await joined(anna, 'no-such-project');
    server.live.emit('project', 'changed', { kind: 'people' });
    await joined(anna);
    const told = next(anna, 'changed');
    server.live.emit('project', 'changed', { kind: 'models' });
    await told;
    expect(heard).toEqual(['models']);
  });

  it('is closed to somebody at the moment when they are removed', async () => {
    await using server = await startLive();
    const [anna, bert] = [server.page('anna'), server.page('bert')];
    await Promise.all([joined(anna), joined(bert)]);
    const seen = next(bert, 'presence');
    anna.emit('presence', at(1));
    await seen;
    const [told, left] = [next(anna, 'changed'), next(bert, 'presenceLeft')];
    server.access.setRole('anna', undefined);
    expect(await told).toEqual({ kind: 'project' });
    expect(await left).toEqual({ userId: 'anna', sessionId: 'tab' });
    const heard: unknown[] = [];
    anna.onAny((...event) => heard.push(event));
    const bertHeard = next(bert, 'changed');
    server.live.emit('project', 'changed', { kind: 'sections' });
    await bertHeard;
    expect(await joined(anna)).toMatchObject({ code: 'NOT_FOUND' });
    expect(heard).toEqual([]);
  });
});

describe('signing out', () => {
  it('ends the pages of that session, and no others', async () => {
    await using server = await startLive();
    const [anna, bert] = [server.page('anna'), server.page('bert')];
    await Promise.all([joined(anna), joined(bert)]);
    const ended = new Promise((resolve) => anna.once('disconnect', resolve));
    server.access.signedOut('bert'); // another of his sessions
    server.access.withdraw('anna');
    await ended;
    const told = next(bert, 'changed');
    server.live.emit('project', 'changed', { kind: 'sections' });
    expect(await told).toEqual({ kind: 'sections' });
    expect(anna.connected).toBe(false);
  });
});

describe('presence', () => {
  it('is filled in by the server, whoever it says it is', async () => {
    await using server = await startLive();
    const [anna, bert] = [server.page('anna'), server.page('bert')];
    await Promise.all([joined(anna), joined(bert)]);
    const seen = next(bert, 'presence');
    anna.emit('presence', { ...at(1), userId: 'bert', name: 'Bert', color: 'red' } as Presence);
    const expected = { ...at(1), userId: 'anna', name: 'anna', color: '#4dabf7' };
    expect(await seen).toEqual(expected);
    const late = server.page('bert');
    const all = next(late, 'presences');
    await joined(late);
    expect(await all).toEqual([expected]);
  });

  it('says what is on the screen, in a form that others can follow or not at all', async () => {
    await using server = await startLive();
    const [anna, bert] = [server.page('anna'), server.page('bert')];
    await Promise.all([joined(anna), joined(bert)]);
    const view = { x: -12.5, y: 3, width: 640, height: 360 };
    const wrong = [{ ...view, width: 0 }, { ...view, height: Number.MAX_VALUE }, { x: 1 }, 'all of it'];
    const seen = next(bert, 'presence');
    for (const one of wrong) anna.emit('presence', { ...at(1), view: one } as never);
    anna.emit('presence', { ...at(2), view, secret: 'of nobody' } as never);
    expect(await seen).toEqual({ ...at(2), view, userId: 'anna', name: 'anna', color: '#4dabf7' });
  });

  it('of many is told together, and a page that has gone no more', async () => {
    await using server = await startLive();
    const pages = Array.from({ length: 12 }, () => server.page('anna'));
    await Promise.all(pages.map((page) => joined(page)));
    const bert = server.page('bert');
    await joined(bert);
    const one: Presence[] = [];
    bert.on('presence', (presence) => one.push(presence));
    // Sent volatile: a movement that is dropped is made good by the next.
    const moving = setInterval(() => {
      for (const [i, page] of pages.entries()) {
        if (page.connected) page.emit('presence', { ...at(i), sessionId: `tab-${i}` });
      }
    }, 60);
    const heardOf = (wanted: (sessions: string[]) => boolean) =>
      new Promise<void>((resolve) =>
        bert.on('moved', (moved) => {
          if (wanted(moved.map(({ sessionId }) => sessionId))) resolve();
        }),
      );
    try {
      await heardOf((sessions) => sessions.length > 1 && sessions.includes('tab-0'));
      const left = next(bert, 'presenceLeft');
      pages[0]!.disconnect();
      expect((await left).sessionId).toBe('tab-0');
      const later: string[] = [];
      bert.on('moved', (moved) => later.push(...moved.map(({ sessionId }) => sessionId)));
      await heardOf((sessions) => sessions.length > 1);
      expect(later).not.toContain('tab-0');
      expect(one).toEqual([]);
    } finally {
      clearInterval(moving);
    }
  });

  it('ends with the page', async () => {
    await using server = await startLive();
    const [anna, bert] = [server.page('anna'), server.page('bert')];
    await Promise.all([joined(anna), joined(bert)]);
    const seen = next(bert, 'presence');
    anna.emit('presence', at(1));
    await seen;
    const left = next(bert, 'presenceLeft');
    anna.disconnect();
    expect(await left).toEqual({ userId: 'anna', sessionId: 'tab' });
  });

  it('of a page that has reconnected does not end with its old socket', async () => {
    await using server = await startLive();
    const [anna, again, bert] = [server.page('anna'), server.page('anna'), server.page('bert')];
    await Promise.all([joined(anna), joined(again), joined(bert)]);
    for (const page of [anna, again]) {
      const seen = next(bert, 'presence');
      page.emit('presence', at(1));
      await seen;
    }
    const gone: unknown[] = [];
    bert.on('presenceLeft', (who) => gone.push(who));
    anna.disconnect();
    const seen = next(bert, 'presence');
    again.emit('presence', at(5));
    await seen;
    const left = next(bert, 'presenceLeft');
    again.disconnect();
    await left;
    expect(gone).toHaveLength(1);
  });

  it('of another form, of nobody in a project, or too often is passed over', async () => {
    await using server = await startLive();
    const [anna, bert] = [server.page('anna'), server.page('bert')];
    const heard: Presence[] = [];
    bert.on('presence', (presence) => heard.push(presence));
    await joined(bert);
    anna.emit('presence', at(1));
    await joined(anna);
    for (const wrong of [null, 'here', { ...at(1), x: 'left' }, { ...at(1), sessionId: 'x'.repeat(100) }]) {
      anna.emit('presence', wrong as never);
    }
    for (let i = 0; i < 200; i++) anna.emit('presence', at(i));
    await joined(anna);
    server.live.emit('project', 'changed', { kind: 'people' });
    await next(bert, 'changed');
    expect(heard.length).toBeGreaterThan(0);
    // Of 200; a machine that is busy for seconds lets some more through.
    expect(heard.length).toBeLessThan(150);
    expect(heard.every(({ x }) => typeof x === 'number')).toBe(true);
  });
});

describe('beside the mask rooms', () => {
  afterEach(() => vi.useRealTimers());

  it('an upgrade that they have not answered yet is not ended by socket.io', async () => {
    await using server = await startLive();
    const store = createMemoryRoomStore();
    store.addMask({ maskId: 'mask' });
    const rooms = createRooms({ store, access: server.access, log: server.log });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = new Promise<() => void>((resolve) =>
      server.httpServer.on('upgrade', (request, socket, head) =>
        resolve(() => rooms.handleUpgrade(request, socket, head)),
      ),
    );
    const origin = server.origin.replace('http', 'ws');
    await using anna = connectRaw({ origin }, { name: 'anna', clientId: 1 });
    const answer = await asked;
    // socket.io ends foreign upgrades after a second unless it is told not to.
    vi.advanceTimersByTime(1_500);
    answer();
    await anna.next('ready');
    await rooms.close();
  });
});
