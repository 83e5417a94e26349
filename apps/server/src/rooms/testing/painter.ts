/** A person's page without a browser: the stock y-websocket client, the mask document and what is saved. */
import { rasterizeStroke } from '@cotrace/mask';
import {
  createDurabilityTracker,
  type DurabilityTracker,
  decodeAck,
  type MaskDoc,
  openMaskDoc,
} from '@cotrace/mask-doc';
import { type ErrorBody, ROOM_MESSAGE, ROOM_PATH, type RoomReady } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { tokenOf } from './memoryAccess.ts';

export interface Painter extends AsyncDisposable {
  readonly doc: Y.Doc;
  readonly provider: WebsocketProvider;
  readonly mask: MaskDoc;
  readonly tracker: DurabilityTracker;
  readonly refused: ErrorBody[];
  readonly ready: RoomReady[];
  readonly synced: Promise<void>;
  stroke(label: number, from: [x: number, y: number], to: [x: number, y: number], diameter?: number): void;
  /** Resolves when a condition holds, looked at after every change, acknowledgement, refusal and ready. */
  until(condition: () => boolean): Promise<void>;
  saved(): Promise<void>;
  pixels(): Uint8Array;
}

type Handler = WebsocketProvider['messageHandlers'][number];

export function openPainter(
  { origin }: { origin: string },
  {
    name,
    token = tokenOf(name),
    sessionId = `session-${name}`,
    room = 'mask@0',
    width = 300,
    height = 200,
    doc = new Y.Doc(),
  }: {
    name: string;
    token?: string;
    sessionId?: string;
    room?: string;
    width?: number;
    height?: number;
    doc?: Y.Doc;
  },
): Painter {
  const mask = openMaskDoc({ doc, width, height, sessionId });
  const tracker = createDurabilityTracker(mask);
  tracker.adoptOwn();
  const provider = new WebsocketProvider(`${origin}${ROOM_PATH}`, room, doc, {
    params: { session: sessionId, client: String(doc.clientID), token },
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
    connect: false,
  });
  const refused: ErrorBody[] = [];
  const ready: RoomReady[] = [];
  const conditions = new Set<() => void>();
  const look = () => {
    for (const condition of [...conditions]) condition();
  };
  const onMessage = (take: (decoder: decoding.Decoder) => void): Handler => {
    return (_encoder, decoder) => {
      take(decoder);
      look();
    };
  };
  provider.messageHandlers[ROOM_MESSAGE.durable] = onMessage((decoder) =>
    tracker.acknowledge(decodeAck(decoder.arr.slice(decoder.pos))),
  );
  provider.messageHandlers[ROOM_MESSAGE.refused] = onMessage((decoder) =>
    refused.push(JSON.parse(decoding.readVarString(decoder))),
  );
  provider.messageHandlers[ROOM_MESSAGE.ready] = onMessage((decoder) =>
    ready.push(JSON.parse(decoding.readVarString(decoder))),
  );
  mask.onChange(look);
  provider.on('sync', look);
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        conditions.delete(check);
        resolve();
      };
      conditions.add(check);
      check();
    });
  const synced = until(() => provider.synced);
  provider.connect();
  return {
    doc,
    provider,
    mask,
    tracker,
    refused,
    ready,
    synced,
    until,
    stroke(label, [x0, y0], [x1, y1], diameter = 9) {
      const points = [
        { x: x0, y: y0 },
        { x: x1, y: y1 },
      ];
      mask.paint({ label, runs: rasterizeStroke(points, { shape: 'round', diameter }) });
    },
    saved: () => until(() => tracker.pendingStrokes === 0),
    pixels: () => mask.composition.toLabels(),
    async [Symbol.asyncDispose]() {
      const socket = provider.ws as unknown as WebSocket | null;
      const closed =
        socket === null || socket.readyState === socket.CLOSED
          ? undefined
          : new Promise((resolve) => socket.addEventListener('close', resolve));
      provider.destroy();
      await closed;
      tracker.destroy();
      mask.destroy();
      doc.destroy();
    },
  };
}
