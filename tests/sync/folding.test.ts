/** Folding while people paint: nothing acknowledged is lost, everybody sees the same, and undo stays one's own. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { RoomStore } from '../../apps/server/src/rooms/roomStore.ts';
import { openPainter, type Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import { startRoomServer } from '../../apps/server/src/rooms/testing/roomServer.ts';
import { UNDO_HORIZON } from '../../packages/mask-doc/src/index.ts';
import { oraclePixels } from './oracle.ts';

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const SIZE = { width: 300, height: 200 };
/** Folds as soon as anything can be folded. */
const EAGER = { foldAtLeast: 1, foldQuietAtLeast: 1 };

/** Every record that was ever acknowledged and not undone, painted by the rule: the log holds all of them, folded or not. */
async function oracleOf(store: RoomStore, maskId = 'mask'): Promise<Uint8Array> {
  const doc = new Y.Doc();
  for (const { bytes } of await store.loadSince(maskId, 0, 0)) Y.applyUpdate(doc, bytes);
  return oraclePixels(doc, SIZE);
}

/** Small strokes all over the mask, which overlap a little. */
function paintMany(painter: Painter, count: number, label = 1): void {
  for (let i = 0; i < count; i++) {
    const x = (i * 37) % 280;
    const y = (i * 53) % 180;
    painter.stroke(label, [x, y], [x + 12, y + 7], 5);
  }
}

describe('folding', () => {
  it('takes old strokes out of the document while people paint, and the picture stays', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    await using anna = openPainter(server, { name: 'anna' });
    await using bert = openPainter(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    for (let round = 0; round < 6; round++) {
      paintMany(anna, 50, 1);
      bert.stroke(2, [10, 10 + 30 * round], [290, 20 + 30 * round], 11);
      await Promise.all([anna.saved(), bert.saved()]);
    }
    await Promise.all([anna, bert].map((painter) => painter.until(() => painter.mask.foldNumber > 0)));
    await anna.until(() => anna.mask.strokeCountOf('session-anna') === UNDO_HORIZON);
    const { values } = await server.rooms.labels('mask');
    expect(same(values, await oracleOf(server.store))).toBe(true);
    expect(same(anna.pixels(), values) && same(bert.pixels(), values)).toBe(true);
    expect(anna.notices.length).toBeGreaterThan(0);
    expect([...anna.bases, ...bert.bases]).toEqual([]);
    // The deletions of folding are not in the log.
    expect((await server.store.loadSince('mask', 0, 0)).every(({ sessionId }) => sessionId !== '')).toBe(
      true,
    );
  });
});
