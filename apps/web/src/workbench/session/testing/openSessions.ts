/** Sessions on a test's room server: opened with what every test needs, awaited by what they say. */
import { rasterizeStroke } from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { WebSocket as NodeWebSocket } from 'ws';
import { createMemoryKeptStore } from '../kept/memoryKeptStore.ts';
import { type MaskSession, type MaskSessionOptions, openMaskSession } from '../maskSession.ts';
import type { SaveState } from '../saveState.ts';
import type { SessionKeeper } from '../sessionKeeper.ts';
import type { RoomServer } from './roomServer.ts';
import { somePlace } from './somePlace.ts';

export const SIZE = { width: 64, height: 64 };
export const READY = { ...SIZE, mayPaint: true, labels: [1, 2] };

export const maskOn = (
  server: RoomServer,
  { place = somePlace({}), store = createMemoryKeptStore() }: Partial<MaskSessionOptions> = {},
): MaskSessionOptions => ({
  origin: server.origin,
  place,
  labels: new Set([1, 2]),
  store,
  WebSocketPolyfill: NodeWebSocket as unknown as typeof WebSocket,
});

export function openOn(server: RoomServer, options?: Partial<MaskSessionOptions>): MaskSession & Disposable {
  const session = openMaskSession(maskOn(server, options));
  return Object.assign(session, { [Symbol.dispose]: () => session.destroy() });
}

/** Resolves as soon as it holds; the test's own time limit is the only clock. */
export function until(
  one: { onChange(listener: () => void): () => void },
  holds: () => boolean,
): Promise<void> {
  return new Promise((done) => {
    const look = () => {
      if (!holds()) return;
      stop();
      done();
    };
    const stop = one.onChange(look);
    look();
  });
}

export const untilSays = (session: MaskSession, kind: SaveState['kind']): Promise<void> =>
  until(session, () => session.state.kind === kind);

/** The session of the keeper's one mask, whichever document it lives in by now. */
export const untilKeeperSays = (keeper: SessionKeeper, holds: (state: SaveState) => boolean): Promise<void> =>
  until(keeper, () => holds(keeper.session('mask')!.state));

export const stroke = (y: number, label = 1) => ({
  label,
  runs: rasterizeStroke(
    [
      { x: 8, y },
      { x: 50, y },
    ],
    { shape: 'round', diameter: 5 },
    SIZE,
  ),
});

/** What a stranger who reads the server's document sees; of what is folded, nothing. */
export const onServer = (server: RoomServer) =>
  openMaskDoc({ doc: server.doc, ...SIZE }).composition.toLabels();
