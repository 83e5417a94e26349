/** Pages that show what a broken room had relayed and never committed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { GhostWatch } from './ghosts.ts';
import { connectRaw, type RawClient } from './testing/rawClient.ts';
import { startRoomServer } from './testing/roomServer.ts';
import { pushed, recordBytes } from './testing/strokes.ts';

describe('a page whose answers hold what the room lacks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const watched = () => {
    const told: string[] = [];
    const watch = new GhostWatch({
      ghostMs: 1_000,
      ask: () => told.push('asked'),
      tell: () => told.push('told'),
    });
    watch.start();
    return { watch, told };
  };

  it('is told to start over when the authors had their time, not before, and again if it does not', () => {
    const { watch, told } = watched();
    watch.answered(true);
    vi.advanceTimersByTime(999);
    watch.answered(true);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    watch.answered(true);
    expect(told).toEqual(['asked', 'told']);
    vi.advanceTimersByTime(1_000);
    watch.answered(true);
    expect(told).toEqual(['asked', 'told', 'asked', 'told']);
  });

  it('is left alone as soon as an answer holds nothing of the kind', () => {
    const { watch, told } = watched();
    watch.answered(true);
    vi.advanceTimersByTime(1_000);
    watch.answered(false);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['asked']);
  });

  it('is asked again when its answer got lost', () => {
    const { watch, told } = watched();
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual(['asked']);
    watch.stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['asked']);
  });
});

/** Somebody saw a stroke of Anna's that died with its server; another server is there now. */
async function afterACrash(watcher: 'bert' | 'vera', ghostMs: number) {
  const seen = new Y.Doc();
  const annas = new Y.Doc();
  const first = await startRoomServer();
  const anna = connectRaw(first, { name: 'anna', clientId: annas.clientID });
  const before = connectRaw(first, { name: watcher, clientId: seen.clientID });
  await Promise.all([anna.next('durable'), before.next('durable')]);
  first.store.isAway = true;
  anna.sendUpdate(pushed(annas, 'session-anna', recordBytes()));
  Y.applyUpdate(seen, (await before.next('update')).bytes);
  await first[Symbol.asyncDispose]();
  return { server: await startRoomServer({ limits: { ghostMs } }), seen, annas };
}

const answer = async (client: RawClient, doc: Y.Doc) =>
  client.sendStep2(Y.encodeStateAsUpdate(doc, (await client.next('step1')).bytes));

describe.each(['bert', 'vera'] as const)('%s, who saw a stroke that died with its server,', (watcher) => {
  it('is told to start over when nobody sends it again', async () => {
    const { server, seen } = await afterACrash(watcher, 20);
    await using _ = server;
    const again = connectRaw(server, { name: watcher, clientId: seen.clientID });
    await answer(again, seen);
    await answer(again, seen);
    await again.next('startOver');
    expect(again.frames.some(({ kind }) => kind === 'refused')).toBe(false);
  });

  it('is left alone when its author has sent it again', async () => {
    const { server, seen, annas } = await afterACrash(watcher, 60_000);
    await using _ = server;
    await using anna = connectRaw(server, { name: 'anna', clientId: annas.clientID });
    await answer(anna, annas);
    while ((await anna.next('durable')).ack.clocks.length === 0);
    await using again = connectRaw(server, { name: watcher, clientId: seen.clientID });
    await answer(again, seen);
    // A round trip behind it.
    again.sendStep1(new Y.Doc());
    await again.next('step2');
    expect(again.frames.some(({ kind }) => kind === 'startOver' || kind === 'refused')).toBe(false);
  });
});
