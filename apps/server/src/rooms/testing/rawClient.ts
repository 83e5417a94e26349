/**
 * Speaks the room's wire by hand: what no honest page would send, and every frame that comes back. Says at once that it holds
 * nothing, as a page that has just been opened: until a room has that answer it takes no news.
 */
import {
  type Ack,
  type Base,
  decodeAck,
  decodeBase,
  decodeFoldNotice,
  type FoldNotice,
} from '@cotrace/mask-doc';
import { type ErrorBody, ROOM_MESSAGE, ROOM_PATH, type RoomReady } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { EMPTY_UPDATE } from '../folds/foldStore.ts';
import { tokenOf } from './memoryAccess.ts';

type Received =
  | { kind: 'step1'; bytes: Uint8Array }
  | { kind: 'step2'; bytes: Uint8Array }
  | { kind: 'update'; bytes: Uint8Array }
  | { kind: 'presence'; entries: { clientId: number; clock: number; state: unknown }[] }
  | { kind: 'durable'; ack: Ack }
  | { kind: 'refused'; body: ErrorBody }
  | { kind: 'ready'; ready: RoomReady }
  | { kind: 'base'; base: Base }
  | { kind: 'folded'; notice: FoldNotice }
  | { kind: 'foldNumber'; number: number }
  | { kind: 'startOver' };
type Kind = Received['kind'];
type Of<K extends Kind> = Extract<Received, { kind: K }>;

export interface RawClient extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** All frames so far, in order. */
  readonly frames: readonly Received[];
  /** The next frame of a kind that nobody has taken yet; fails when the socket closes before it. */
  next<K extends Kind>(kind: K): Promise<Of<K>>;
  send(frame: Uint8Array): void;
  sendUpdate(update: Uint8Array): void;
  sendStep2(update: Uint8Array): void;
  sendStep1(doc: Y.Doc): void;
  sendPresence(entries: { clientId: number; clock: number; state: unknown }[]): void;
}

export function syncFrame(type: 0 | 1 | 2, bytes: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, ROOM_MESSAGE.sync);
  encoding.writeVarUint(encoder, type);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

export function connectRaw(
  { origin }: { origin: string },
  {
    name,
    sessionId = `session-${name}`,
    clientId,
    room = 'mask@0',
    token = tokenOf(name),
    cookie,
    autoPong = true,
    fold = 0,
    answers = true,
  }: {
    name: string;
    sessionId?: string;
    clientId: number;
    room?: string;
    token?: string;
    cookie?: string;
    autoPong?: boolean;
    /** Number of the base that it says to hold. */
    fold?: number;
    /** False: only what the test sends. */
    answers?: boolean;
  },
): RawClient {
  const query = new URLSearchParams({
    session: sessionId,
    client: String(clientId),
    token,
    fold: String(fold),
  });
  const socket = new WebSocket(`${origin}${ROOM_PATH}/${room}?${query}`, {
    autoPong,
    ...(cookie === undefined ? {} : { headers: { cookie } }),
  });
  const frames: Received[] = [];
  const untaken: Received[] = [];
  const waiting: { kind: Kind; take: (frame: Received) => void; fail: (error: Error) => void }[] = [];
  let isClosed = false;
  const opened = new Promise<void>((resolve) => socket.once('open', () => resolve()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => {
      isClosed = true;
      for (const { kind, fail } of waiting.splice(0))
        fail(new Error(`closed with ${code} before '${kind}' came`));
      resolve({ code, reason: reason.toString() });
    }),
  );
  // The server may end a connection while a large frame is still being written; 'close' tells the rest.
  socket.on('error', () => {});
  socket.on('message', (data: Buffer) => {
    const frame = read(new Uint8Array(data));
    frames.push(frame);
    if (answers && frame.kind === 'ready') socket.send(syncFrame(1, EMPTY_UPDATE));
    const index = waiting.findIndex(({ kind }) => kind === frame.kind);
    if (index < 0) untaken.push(frame);
    else waiting.splice(index, 1)[0]!.take(frame);
  });
  return {
    socket,
    opened,
    closed,
    frames,
    next<K extends Kind>(kind: K) {
      const index = untaken.findIndex((frame) => frame.kind === kind);
      if (index >= 0) return Promise.resolve(untaken.splice(index, 1)[0] as Of<K>);
      if (isClosed) return Promise.reject(new Error(`the socket is closed, no '${kind}' came`));
      return new Promise<Of<K>>((resolve, fail) =>
        waiting.push({ kind, take: resolve as (frame: Received) => void, fail }),
      );
    },
    send: (frame) => socket.send(frame),
    sendUpdate: (update) => socket.send(syncFrame(2, update)),
    sendStep2: (update) => socket.send(syncFrame(1, update)),
    sendStep1: (doc) => socket.send(syncFrame(0, Y.encodeStateVector(doc))),
    sendPresence(entries) {
      const content = encoding.createEncoder();
      encoding.writeVarUint(content, entries.length);
      for (const { clientId: id, clock, state } of entries) {
        encoding.writeVarUint(content, id);
        encoding.writeVarUint(content, clock);
        encoding.writeVarString(content, JSON.stringify(state));
      }
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, ROOM_MESSAGE.awareness);
      encoding.writeVarUint8Array(encoder, encoding.toUint8Array(content));
      socket.send(encoding.toUint8Array(encoder));
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}

function read(bytes: Uint8Array): Received {
  const decoder = decoding.createDecoder(bytes);
  const type = decoding.readVarUint(decoder);
  switch (type) {
    case ROOM_MESSAGE.sync: {
      const kind = (['step1', 'step2', 'update'] as const)[decoding.readVarUint(decoder)]!;
      return { kind, bytes: decoding.readVarUint8Array(decoder) };
    }
    case ROOM_MESSAGE.awareness: {
      const content = decoding.createDecoder(decoding.readVarUint8Array(decoder));
      const entries: { clientId: number; clock: number; state: unknown }[] = [];
      for (let count = decoding.readVarUint(content); count > 0; count--) {
        entries.push({
          clientId: decoding.readVarUint(content),
          clock: decoding.readVarUint(content),
          state: JSON.parse(decoding.readVarString(content)),
        });
      }
      return { kind: 'presence', entries };
    }
    case ROOM_MESSAGE.durable:
      return { kind: 'durable', ack: decodeAck(bytes.subarray(decoder.pos)) };
    case ROOM_MESSAGE.refused:
      return { kind: 'refused', body: JSON.parse(decoding.readVarString(decoder)) };
    case ROOM_MESSAGE.ready:
      return { kind: 'ready', ready: JSON.parse(decoding.readVarString(decoder)) };
    case ROOM_MESSAGE.base:
      return { kind: 'base', base: decodeBase(bytes.slice(decoder.pos)) };
    case ROOM_MESSAGE.folded:
      return { kind: 'folded', notice: decodeFoldNotice(bytes.slice(decoder.pos)) };
    case ROOM_MESSAGE.foldNumber:
      return { kind: 'foldNumber', number: decoding.readVarUint(decoder) };
    case ROOM_MESSAGE.startOver:
      return { kind: 'startOver' };
    default:
      throw new Error(`message type ${type} from the server`);
  }
}
