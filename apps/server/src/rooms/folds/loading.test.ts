import { encodeWatermarks } from '@cotrace/mask-doc';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { connectRaw } from '../testing/rawClient.ts';
import { startRoomServer } from '../testing/roomServer.ts';
import { dotAt, recordBytes } from '../testing/strokes.ts';
import { EMPTY_UPDATE } from './foldStore.ts';

it('what the log brings of a fold is gone when the room is loaded, so that nobody undoes it into the log', async () => {
  await using server = await startRoomServer();
  const { store } = server;
  const session = 'session-anna';
  const doc = new Y.Doc();
  const array = doc.getArray<Uint8Array>(`ops:${session}`);
  array.push([1, 2, 3].map((n) => recordBytes({ strokeId: n, lamport: n, runs: dotAt(n, n) })));
  const bytes = Y.encodeStateAsUpdate(doc);
  await store.append([{ maskId: 'mask', epoch: 0, sessionId: session, bytes }], []);
  // Of a server that knew the fold before it, and this entry not yet.
  await store.commitFold({
    maskId: 'mask',
    epoch: 0,
    token: (await store.lease('mask', 'another', 1_000))!,
    number: 1,
    throughSeq: 0,
    document: EMPTY_UPDATE,
    watermarks: encodeWatermarks([[session, { strokeId: 2, lamport: 2 }]]),
    tiles: [],
  });
  // As the fold's own server told her.
  array.delete(0, 2);
  await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID, fold: 1, answers: false });
  anna.sendStep2(Y.encodeStateAsUpdate(doc, (await anna.next('step1')).bytes));
  const seen = new Y.Doc();
  anna.sendStep1(seen);
  Y.applyUpdate(seen, (await anna.next('step2')).bytes);
  expect(seen.getArray(`ops:${session}`)).toHaveLength(1);
  await server[Symbol.asyncDispose]();
  expect(await store.loadSince('mask', 0, 0)).toHaveLength(1);
});
