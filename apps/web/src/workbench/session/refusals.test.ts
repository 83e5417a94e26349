import { openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createMemoryKeptStore } from './kept/memoryKeptStore.ts';
import { openMaskSession } from './maskSession.ts';
import { createSessionKeeper } from './sessionKeeper.ts';
import {
  maskOn,
  onServer,
  READY,
  SIZE,
  stroke,
  until,
  untilKeeperSays,
  untilSays,
} from './testing/openSessions.ts';
import { startRoomServer } from './testing/roomServer.ts';
import { somePlace } from './testing/somePlace.ts';

async function withRefusedMiddle() {
  const server = await startRoomServer(READY);
  const store = createMemoryKeptStore();
  const keeper = createSessionKeeper(openMaskSession);
  const mask = maskOn(server, { store });
  const first = keeper.enter(mask);
  await untilSays(first, 'saved');
  server.goAway(true);
  await untilSays(first, 'offline');
  for (const [y, label] of [
    [10, 1],
    [20, 2],
    [30, 1],
  ] as const)
    first.paint(stroke(y, label));
  server.refuseLabel(2);
  server.goAway(false);
  return {
    server,
    store,
    keeper,
    mask,
    first,
    async [Symbol.asyncDispose]() {
      keeper.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('a page that shows what no server has', () => {
  it('starts over with what is not saved, and goes on under the same numbers', async () => {
    await using server = await startRoomServer(READY);
    const keeper = createSessionKeeper(openMaskSession);
    const first = keeper.enter(maskOn(server));
    await untilSays(first, 'saved');
    first.paint(stroke(10));
    await untilSays(first, 'saved');
    const ghost = new Y.Doc();
    openMaskDoc({ doc: ghost, ...SIZE, sessionId: 'session-gone' }).paint(stroke(50, 2));
    server.haunt(Y.encodeStateAsUpdate(ghost));
    await until(first.maskDoc, () => first.maskDoc.strokeCountOf('session-gone') === 1);
    server.holdAcknowledgements();
    first.paint(stroke(30, 2));
    server.startOver();
    await untilKeeperSays(keeper, () => keeper.session('mask') !== first);
    const second = keeper.session('mask')!;
    server.commit();
    await untilKeeperSays(keeper, ({ kind }) => kind === 'saved');
    const labels = second.maskDoc.composition.toLabels();
    expect([10, 30, 50].map((y) => labels[y * 64 + 20])).toEqual([1, 2, 0]);
    expect(second.paint(stroke(40))).toBe(3);
    keeper.close();
  });
});

describe('a stroke that is refused among others', () => {
  it('is set aside and kept with its reason; those before and after it are saved by themselves', async () => {
    await using all = await withRefusedMiddle();
    const { keeper, server, store, first } = all;
    await untilKeeperSays(keeper, ({ kind, setAside }) => kind === 'saved' && setAside === 1);
    const second = keeper.session('mask')!;
    expect(second).not.toBe(first);
    const labels = onServer(server);
    expect([10, 20, 30].map((y) => labels[y * 64 + 20])).toEqual([1, 0, 1]);
    expect(second.maskDoc.composition.toLabels()).toEqual(labels);
    await second.settled();
    const kept = await store.read(somePlace({}));
    expect(kept).toMatchObject([{ strokeId: 2, refusal: { code: 'LABEL_OUTSIDE_TABLE' } }]);
    expect(second.state.setAsideWhy).toContain('no longer in the task’s label table');
  });

  it('does not stop the painter, and gives no number twice', async () => {
    await using all = await withRefusedMiddle();
    const { keeper, first } = all;
    await untilKeeperSays(keeper, ({ setAside }) => setAside === 1);
    // The successor may not have taken over yet: whichever document there is takes the stroke.
    expect(keeper.session('mask')!.paint(stroke(40))).toBe(4);
    expect(first.isSpoilt).toBe(true);
    await untilKeeperSays(keeper, ({ kind }) => kind === 'saved');
    expect(keeper.session('mask')!.maskDoc.composition.labelAt(20, 40)).toBe(1);
  });

  it('is sent again when the person says so, and forgotten when the person lets go of it', async () => {
    await using all = await withRefusedMiddle();
    const { keeper, mask, server, store } = all;
    await untilKeeperSays(keeper, ({ kind, setAside }) => kind === 'saved' && setAside === 1);
    keeper.startOver(mask, { keepStrokes: true });
    await untilKeeperSays(keeper, ({ kind, setAside }) => kind === 'saved' && setAside === 1);
    server.refuseLabel(undefined);
    keeper.startOver(mask, { keepStrokes: true });
    await untilKeeperSays(keeper, ({ kind, setAside }) => kind === 'saved' && setAside === 0);
    expect(onServer(server)[20 * 64 + 20]).toBe(2);
    await keeper.session('mask')!.settled();
    expect(await store.list()).toEqual([]);
  });

  it('is gone from the device when the person lets go of it', async () => {
    await using all = await withRefusedMiddle();
    const { keeper, store } = all;
    await untilKeeperSays(keeper, ({ kind, setAside }) => kind === 'saved' && setAside === 1);
    keeper.session('mask')!.letGoOfRefused();
    await keeper.session('mask')!.settled();
    expect(keeper.session('mask')!.state.setAside).toBe(0);
    expect(await store.list()).toEqual([]);
  });
});
