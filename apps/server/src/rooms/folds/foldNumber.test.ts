import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { connectRaw } from '../testing/rawClient.ts';
import { startRoomServer } from '../testing/roomServer.ts';
import { dotAt, pushed, recordBytes } from '../testing/strokes.ts';

it('after every answer a page is told which fold it holds, so that it notices when it does not', async () => {
  const limits = { undoHorizon: 1, foldAtLeast: 1e9, foldQuietAtLeast: 1, foldQuietMs: 10 };
  await using server = await startRoomServer({ limits });
  const doc = new Y.Doc();
  await using anna = connectRaw(server, { name: 'anna', clientId: doc.clientID });
  await anna.next('durable');
  anna.sendStep1(doc);
  await anna.next('step2');
  for (const n of [1, 2, 3])
    anna.sendUpdate(pushed(doc, 'session-anna', recordBytes({ strokeId: n, lamport: n, runs: dotAt(n, n) })));
  const { notice } = await anna.next('folded');
  anna.sendStep1(doc);
  const { number } = await anna.next('foldNumber');
  expect(number).toBe(notice.number);
  const kinds = anna.frames.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'foldNumber')).toHaveLength(1);
  expect(kinds.lastIndexOf('step2')).toBeLessThan(kinds.indexOf('foldNumber'));
});
