/** Pages that show what a broken room had relayed and never committed. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { connectRaw, type RawClient } from './testing/rawClient.ts';
import { type RoomServer, startRoomServer } from './testing/roomServer.ts';
import { pushed, recordBytes } from './testing/strokes.ts';

const LIMITS = { ghostMs: 20 };

/** Bert (or Vera, who only looks) saw a stroke of Anna's that died with its server; another server is there now. */
async function afterACrash(watcher: 'bert' | 'vera') {
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
  const server = await startRoomServer({ limits: LIMITS });
  const again = connectRaw(server, { name: watcher, clientId: seen.clientID });
  return { server, again, seen, annas };
}

const answer = async (client: RawClient, doc: Y.Doc) =>
  client.sendStep2(Y.encodeStateAsUpdate(doc, (await client.next('step1')).bytes));

/** A round trip behind everything that was sent before. */
async function roundTrip(client: RawClient) {
  client.sendStep1(new Y.Doc());
  await client.next('step2');
}

const isTold = ({ frames }: RawClient) => frames.some(({ kind }) => kind === 'startOver');

describe.each(['bert', 'vera'] as const)('%s, who shows what nobody else does,', (watcher) => {
  it('is asked again after a while, and told to start over if nobody has sent it meanwhile', async () => {
    const { server, again, seen } = await afterACrash(watcher);
    await using _: RoomServer = server;
    await answer(again, seen);
    await roundTrip(again);
    expect(isTold(again)).toBe(false);
    await answer(again, seen);
    await again.next('startOver');
    expect(again.frames.some(({ kind }) => kind === 'refused')).toBe(false);
  });

  it('is left alone when its author has sent it again', async () => {
    const { server, again, seen, annas } = await afterACrash(watcher);
    await using _: RoomServer = server;
    await answer(again, seen);
    await using anna = connectRaw(server, { name: 'anna', clientId: annas.clientID });
    await answer(anna, annas);
    while ((await anna.next('durable')).ack.clocks.length === 0);
    await answer(again, seen);
    await roundTrip(again);
    expect(isTold(again)).toBe(false);
  });
});
