/** A page's mask session without a page: paints in a second what a hand paints in an hour. */
import { rasterizeStroke } from '@cotrace/mask';
import { WebSocket } from 'ws';
import { createMemoryKeptStore } from '../../apps/web/src/workbench/session/kept/memoryKeptStore.ts';
import { openMaskSession } from '../../apps/web/src/workbench/session/maskSession.ts';
import type { Person } from './person.ts';

/** Short strokes of labels 1 and 2 in turn between two rows; resolves when all of them are acknowledged. */
export async function paintManyStrokes(
  person: Person,
  origin: string,
  {
    maskId,
    width,
    height,
    count,
    rows: [top, bottom],
  }: { maskId: string; width: number; height: number; count: number; rows: [number, number] },
): Promise<void> {
  const cookies = await person.context.cookies(origin);
  const headers = { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), origin };
  class SignedInSocket extends WebSocket {
    constructor(url: string | URL) {
      super(url, { headers });
    }
  }
  const session = openMaskSession({
    origin: origin.replace(/^http/, 'ws'),
    place: {
      ...{ maskId, epoch: 0, width, height, sessionId: 'many-strokes-session' },
      ...{ userId: 'painter', userName: 'Painter', projectId: '', projectName: '' },
      ...{ sectionId: '', sectionName: '', taskId: '', taskName: '' },
    },
    labels: new Set([1, 2]),
    store: createMemoryKeptStore(),
    WebSocketPolyfill: SignedInSocket as unknown as typeof globalThis.WebSocket,
  });
  const saved = () =>
    new Promise<void>((done) => {
      const look = () => {
        if (session.state.kind !== 'saved') return;
        stop();
        done();
      };
      const stop = session.onChange(look);
      look();
    });
  try {
    await saved();
    for (let i = 0; i < count; i++) {
      const x = 12 + ((i * 37) % (width - 40));
      const y = top + ((i * 11) % (bottom - top));
      const runs = rasterizeStroke(
        [
          { x, y },
          { x: x + 9, y: y + 3 },
        ],
        { shape: 'round', diameter: 5 },
        { width, height },
      );
      session.paint({ label: 1 + (i % 2), runs });
    }
    await saved();
  } finally {
    session.destroy();
  }
}
