/** Stock y-websocket clients through a real http server: what people see of each other, and what is kept. */
import { describe, expect, it } from 'vitest';
import { openPainter } from '../../apps/server/src/rooms/testing/painter.ts';
import { startRoomServer } from '../../apps/server/src/rooms/testing/roomServer.ts';

describe('two stock y-websocket clients', () => {
  it('paint one mask and see the same pixels', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await using bert = openPainter(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    anna.stroke(1, [10, 10], [150, 90]);
    bert.stroke(2, [150, 10], [10, 90]);
    await Promise.all([anna.saved(), bert.saved()]);
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 1);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    expect(Buffer.compare(anna.pixels(), bert.pixels())).toBe(0);
    const kept = await server.rooms.labels('mask');
    expect(Buffer.compare(kept.values, anna.pixels())).toBe(0);
    expect(server.store.labelledPixels('mask')).toBe(kept.values.filter((label) => label !== 0).length);
  });
});
