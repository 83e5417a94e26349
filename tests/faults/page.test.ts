/**
 * What the product's own page does where the room cannot notice: a lost frame that leaves no gap. The room's silence is
 * noticed by the page, which hands in again whatever is not acknowledged.
 */
import { rasterizeStroke } from '@cotrace/mask';
import { ROOM_MESSAGE } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { tokenOf } from '../../apps/server/src/rooms/testing/memoryAccess.ts';
import { createMemoryKeptStore } from '../../apps/web/src/workbench/session/kept/memoryKeptStore.ts';
import { openMaskSession } from '../../apps/web/src/workbench/session/maskSession.ts';
import { somePlace } from '../../apps/web/src/workbench/session/testing/somePlace.ts';
import { LABELS } from './database.ts';
import { eventually } from './painting.ts';
import { type Direction, type FaultyProxy, startProxy } from './proxy.ts';
import { isDataFrame } from './webSocketFrames.ts';
import { SIZE, same, startWorld, type World } from './world.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

// y-websocket compares with the browser's own class when it asks for what it lacks.
globalThis.WebSocket ??= NodeWebSocket as unknown as typeof WebSocket;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** Signs in with a header, as Node has no cookies. */
class SignedInSocket extends NodeWebSocket {
  constructor(url: string) {
    super(url, { headers: { authorization: `Bearer ${tokenOf('anna')}` } });
  }
}

let pages = 0;

async function openPage(proxy: FaultyProxy) {
  const room = await world.room();
  const sessionId = `session-of-a-page-${++pages}`;
  const page = openMaskSession({
    origin: proxy.origin,
    place: somePlace({ maskId: room.split('@')[0]!, sessionId, epoch: 0, ...SIZE, userId: 'anna' }),
    labels: new Set(LABELS),
    store: createMemoryKeptStore(),
    WebSocketPolyfill: SignedInSocket as unknown as typeof WebSocket,
  });
  await eventually('the page may paint', () => page.mayPaint);
  return { page, room };
}

const line = (y: number) => ({
  label: 1,
  runs: rasterizeStroke(
    [
      { x: 20, y },
      { x: 200, y },
    ],
    { shape: 'round', diameter: 9 },
  ),
});

/** The next frame of a kind vanishes; returns whether it has. */
function dropNext(proxy: FaultyProxy, direction: Direction, kind?: number): () => boolean {
  let isDropped = false;
  proxy.fate = (unit, towards) => {
    if (isDropped || towards !== direction || !isDataFrame(unit)) return 'pass';
    // The server's frames are not masked: the type of the message is the first byte of the payload.
    if (kind !== undefined && unit[(unit[1]! & 0x7f) < 126 ? 2 : 4] !== kind) return 'pass';
    isDropped = true;
    return 'drop';
  };
  return () => isDropped;
}

describe.concurrent('a page whose connection lives', () => {
  it.each<[string, Direction, number | undefined, boolean]>([
    ['a stroke, the last for now', 'up', undefined, false],
    ['an undo, which leaves no gap', 'up', undefined, true],
    ['an acknowledgement', 'down', ROOM_MESSAGE.durable, false],
  ])(
    'and loses a frame with %s: notices, and says saved when it is',
    { timeout: 180_000 },
    async (_what, direction, kind, isUndo) => {
      await using proxy = await startProxy(world.server.port);
      const { page, room } = await openPage(proxy);
      try {
        page.paint(line(50));
        await eventually('the first is saved', () => page.state.kind === 'saved');
        const isDropped = dropNext(proxy, direction, kind);
        if (isUndo) page.undo();
        else page.paint(line(100));
        expect(page.state.kind).toBe('saving');
        await eventually('the frame is lost', isDropped);
        await eventually('it is saved after all', () => page.state.kind === 'saved');
        const clean = await world.cleanPage({ room });
        expect(same(clean.pixels(), page.maskDoc.composition.toLabels())).toBe(true);
        expect(clean.pixels().some((label) => label !== 0)).toBe(!isUndo);
      } finally {
        page.destroy();
      }
    },
  );
});
