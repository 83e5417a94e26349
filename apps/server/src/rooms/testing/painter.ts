/**
 * A person's page without a browser: the stock y-websocket client, the mask document and what is saved. Follows folds, asks
 * for the base when it cannot, and goes on in the next epoch with what is not saved.
 */
import { type Runs, rasterizeStroke } from '@cotrace/mask';
import {
  createDurabilityTracker,
  type DurabilityTracker,
  decodeAck,
  decodeBase,
  decodeFoldNotice,
  type MaskDoc,
  openMaskDoc,
  resubmit,
  UNDO_HORIZON,
  type UnsavedRecords,
  unsavedRecords,
} from '@cotrace/mask-doc';
import {
  CLOSE,
  type ErrorBody,
  parseRoomName,
  ROOM_MESSAGE,
  ROOM_PATH,
  type RoomReady,
  roomName,
} from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { tokenOf } from './memoryAccess.ts';

export interface Painter extends AsyncDisposable {
  /** Of the epoch that the page is in: others after the next. */
  readonly doc: Y.Doc;
  readonly provider: WebsocketProvider;
  readonly mask: MaskDoc;
  readonly tracker: DurabilityTracker;
  readonly epoch: number;
  readonly refused: ErrorBody[];
  readonly ready: RoomReady[];
  /** Bytes of the frames that brought a base or told of a fold. */
  readonly bases: number[];
  readonly notices: number[];
  readonly synced: Promise<void>;
  stroke(label: number, from: [x: number, y: number], to: [x: number, y: number], diameter?: number): void;
  paint(label: number, runs: Runs): void;
  undo(): void;
  redo(): void;
  /** Resolves when a condition holds, looked at after every change, acknowledgement, refusal and ready. */
  until(condition: () => boolean): Promise<void>;
  saved(): Promise<void>;
  pixels(): Uint8Array;
}

export interface PainterOptions {
  readonly name: string;
  readonly token?: string;
  readonly sessionId?: string;
  readonly room?: string;
  readonly width?: number;
  readonly height?: number;
  readonly doc?: Y.Doc;
  /** As the server has it. */
  readonly undoHorizon?: number;
}

type Handler = WebsocketProvider['messageHandlers'][number];

/** One document and its connection. */
interface Page {
  readonly doc: Y.Doc;
  readonly mask: MaskDoc;
  readonly tracker: DurabilityTracker;
  readonly provider: WebsocketProvider;
  /** What was not saved in the epoch before; waits until it is known what the server has. */
  carried: UnsavedRecords | undefined;
  close(): Promise<void>;
}

export function openPainter({ origin }: { origin: string }, options: PainterOptions): Painter {
  const { name, sessionId = `session-${name}`, room = 'mask@0', width = 300, height = 200 } = options;
  const { undoHorizon = UNDO_HORIZON, token = tokenOf(name) } = options;
  const { maskId, epoch: firstEpoch } = parseRoomName(room)!;
  const refused: ErrorBody[] = [];
  const ready: RoomReady[] = [];
  const bases: number[] = [];
  const notices: number[] = [];
  const conditions = new Set<() => void>();
  let epoch = firstEpoch;
  /** Done as soon as the document of a new epoch is known. */
  let later: ((mask: MaskDoc) => void)[] = [];
  const closing: Promise<void>[] = [];
  let isGone = false;

  const look = () => {
    for (const condition of [...conditions]) condition();
  };
  const onMessage = (take: (decoder: decoding.Decoder) => void): Handler => {
    return (_encoder, decoder) => {
      take(decoder);
      look();
    };
  };
  const tailOf = (decoder: decoding.Decoder) => decoder.arr.slice(decoder.pos);

  const openPage = (doc: Y.Doc, carried: UnsavedRecords | undefined): Page => {
    const mask = openMaskDoc({ doc, width, height, sessionId, undoHorizon });
    const tracker = createDurabilityTracker(mask);
    tracker.adoptOwn();
    const provider = new WebsocketProvider(`${origin}${ROOM_PATH}`, roomName(maskId, epoch), doc, {
      params: { session: sessionId, client: String(doc.clientID), token, fold: '0' },
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
      connect: false,
    });
    const page: Page = {
      doc,
      mask,
      tracker,
      provider,
      carried,
      async close() {
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
    const tellFold = (fold: number) => {
      provider.params.fold = String(fold);
    };
    const handlers = provider.messageHandlers;
    handlers[ROOM_MESSAGE.durable] = onMessage((decoder) => tracker.acknowledge(decodeAck(tailOf(decoder))));
    handlers[ROOM_MESSAGE.refused] = onMessage((decoder) =>
      refused.push(JSON.parse(decoding.readVarString(decoder))),
    );
    handlers[ROOM_MESSAGE.ready] = onMessage((decoder) =>
      ready.push(JSON.parse(decoding.readVarString(decoder))),
    );
    handlers[ROOM_MESSAGE.base] = onMessage((decoder) => {
      const bytes = tailOf(decoder);
      bases.push(bytes.length);
      mask.setBase(decodeBase(bytes));
      tellFold(mask.foldNumber);
    });
    handlers[ROOM_MESSAGE.folded] = onMessage((decoder) => {
      const bytes = tailOf(decoder);
      notices.push(bytes.length);
      const job = mask.followFold(decodeFoldNotice(bytes));
      if (job === undefined) {
        // Other records than the server's were folded: only the base says what it looks like now.
        tellFold(0);
        provider.disconnect();
        provider.connect();
        return;
      }
      job.finish();
      tellFold(mask.foldNumber);
    });
    handlers[ROOM_MESSAGE.foldNumber] = () => {};
    mask.onChange(look);
    provider.on('sync', (synced) => {
      if (synced && page.carried !== undefined) {
        const waiting = page.carried;
        page.carried = undefined;
        resubmit(mask, waiting);
        for (const act of later.splice(0)) act(mask);
      }
      look();
    });
    provider.on('closed', ({ code }) => {
      if (code !== CLOSE.epochEnded || isGone) return;
      const unsaved = page.carried ?? unsavedRecords(mask, tracker);
      epoch++;
      closing.push(page.close());
      current = openPage(new Y.Doc(), unsaved);
      look();
    });
    provider.connect();
    return page;
  };

  let current = openPage(options.doc ?? new Y.Doc(), undefined);
  const act = (what: (mask: MaskDoc) => void) => {
    // Before the first synchronisation nobody knows which numbers the own strokes have had.
    if (current.carried === undefined) what(current.mask);
    else later.push(what);
  };
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
  const paint = (label: number, runs: Runs) => act((mask) => mask.paint({ label, runs }));

  return {
    get doc() {
      return current.doc;
    },
    get provider() {
      return current.provider;
    },
    get mask() {
      return current.mask;
    },
    get tracker() {
      return current.tracker;
    },
    get epoch() {
      return epoch;
    },
    refused,
    ready,
    bases,
    notices,
    synced: until(() => current.provider.synced),
    until,
    paint,
    stroke(label, [x0, y0], [x1, y1], diameter = 9) {
      const points = [
        { x: x0, y: y0 },
        { x: x1, y: y1 },
      ];
      paint(label, rasterizeStroke(points, { shape: 'round', diameter }));
    },
    undo: () => act((mask) => mask.undo()),
    redo: () => act((mask) => mask.redo()),
    saved: () => until(() => current.carried === undefined && current.tracker.pendingStrokes === 0),
    pixels: () => current.mask.composition.toLabels(),
    async [Symbol.asyncDispose]() {
      isGone = true;
      await Promise.all([...closing, current.close()]);
      later = [];
    },
  };
}
