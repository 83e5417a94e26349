/** The frames of a mask room: bytes to meaning and back, in y-websocket's encodings and ours. Knows no socket; refuses what does not decode to the end. */
import { type Ack, encodeAck } from '@cotrace/mask-doc';
import { type ErrorBody, ProtocolError, ROOM_MESSAGE, type RoomReady } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';

export type ClientFrame =
  /** What the client holds: it wants the rest. */
  | { readonly kind: 'syncStep1'; readonly stateVector: Uint8Array }
  /** All that the server said it lacks. */
  | { readonly kind: 'syncStep2'; readonly update: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly bytes: Uint8Array }
  | { readonly kind: 'queryPresence' };

/** Where one person is: awareness of y-protocols. `state` is JSON, `null` when the person has left. */
export interface PresenceEntry {
  readonly clientId: number;
  readonly clock: number;
  readonly state: string;
}

/** Throws ProtocolError BAD_REQUEST. */
export function readFrame(bytes: Uint8Array): ClientFrame {
  return decoded('a frame of a mask room', bytes, (decoder) => {
    const type = decoding.readVarUint(decoder);
    switch (type) {
      case ROOM_MESSAGE.sync:
        return readSync(decoder);
      case ROOM_MESSAGE.awareness:
        return { kind: 'presence', bytes: decoding.readVarUint8Array(decoder) };
      case ROOM_MESSAGE.queryAwareness:
        return { kind: 'queryPresence' };
      default:
        throw new Error(`message type ${type}`);
    }
  });
}

function readSync(decoder: decoding.Decoder): ClientFrame {
  const type = decoding.readVarUint(decoder);
  const content = decoding.readVarUint8Array(decoder);
  switch (type) {
    case sync.messageYjsSyncStep1:
      Y.decodeStateVector(content);
      return { kind: 'syncStep1', stateVector: content };
    case sync.messageYjsSyncStep2:
      return { kind: 'syncStep2', update: content };
    case sync.messageYjsUpdate:
      return { kind: 'update', update: content };
    default:
      throw new Error(`sync message ${type}`);
  }
}

/**
 * The entry of one client id; stock clients repeat everybody else's, too: those are passed over unread. Undefined when it
 * is not among them. Throws ProtocolError BAD_REQUEST.
 */
export function readOwnPresence(bytes: Uint8Array, clientId: number): PresenceEntry | undefined {
  return decoded('a presence', bytes, (decoder) => {
    let own: PresenceEntry | undefined;
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      const client = decoding.readVarUint(decoder);
      const clock = decoding.readVarUint(decoder);
      const state = decoding.readVarUint8Array(decoder);
      if (client === clientId) own = { clientId, clock, state: new TextDecoder().decode(state) };
    }
    if (own !== undefined) JSON.parse(own.state);
    return own;
  });
}

function decoded<T>(what: string, bytes: Uint8Array, read: (decoder: decoding.Decoder) => T): T {
  try {
    const decoder = decoding.createDecoder(bytes);
    const value = read(decoder);
    if (decoding.hasContent(decoder)) throw new Error('bytes after it');
    return value;
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new ProtocolError(
      'BAD_REQUEST',
      `Expected ${what}, got ${bytes.length} bytes that are none (${got}).`,
    );
  }
}

/**
 * A message for a socket, with and without its WebSocket frame around it (RFC 6455: binary, whole, not masked): what goes to
 * many is framed once, and written in one piece.
 */
export interface Frame {
  readonly message: Uint8Array;
  readonly framed: Uint8Array;
}

const FIN_BINARY = 0x82;
/** Length of the longest header that a server's frame has. */
const MAX_HEADER = 10;

function frame(type: number, write: (encoder: encoding.Encoder) => void): Frame {
  const encoder = encoding.createEncoder();
  for (let i = 0; i < MAX_HEADER; i++) encoding.write(encoder, 0);
  encoding.writeVarUint(encoder, type);
  write(encoder);
  const bytes = encoding.toUint8Array(encoder);
  const message = bytes.subarray(MAX_HEADER);
  return { message, framed: bytes.subarray(writeHeader(bytes, message.length)) };
}

/** Writes the header so that it ends where the message begins; returns where it starts. */
function writeHeader(bytes: Uint8Array, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, MAX_HEADER);
  const [start, kind] = length < 126 ? [8, length] : length < 65_536 ? [6, 126] : [0, 127];
  view.setUint8(start, FIN_BINARY);
  view.setUint8(start + 1, kind);
  if (kind === 126) view.setUint16(start + 2, length);
  if (kind === 127) view.setBigUint64(start + 2, BigInt(length));
  return start;
}

const json = (type: number, value: unknown) =>
  frame(type, (encoder) => encoding.writeVarString(encoder, JSON.stringify(value)));

export const syncStep1Frame = (doc: Y.Doc): Frame =>
  frame(ROOM_MESSAGE.sync, (encoder) => sync.writeSyncStep1(encoder, doc));

/** `stateVector` has been through {@link readFrame}. */
export const syncStep2Frame = (doc: Y.Doc, stateVector: Uint8Array): Frame =>
  frame(ROOM_MESSAGE.sync, (encoder) => sync.writeSyncStep2(encoder, doc, stateVector));

export const updateFrame = (update: Uint8Array): Frame =>
  frame(ROOM_MESSAGE.sync, (encoder) => sync.writeUpdate(encoder, update));

/** With no entries it says nothing: a sign of life that every client understands. */
export const presenceFrame = (entries: readonly PresenceEntry[]): Frame =>
  frame(ROOM_MESSAGE.awareness, (encoder) => {
    const content = encoding.createEncoder();
    encoding.writeVarUint(content, entries.length);
    for (const { clientId, clock, state } of entries) {
      encoding.writeVarUint(content, clientId);
      encoding.writeVarUint(content, clock);
      encoding.writeVarString(content, state);
    }
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(content));
  });

/** Acknowledgements of one session in the order in which they were given, as one: the last clock of each client id counts. */
export const durableFrame = (acks: readonly Ack[]): Frame =>
  frame(ROOM_MESSAGE.durable, (encoder) => {
    const ack = acks.length === 1 ? acks[0]! : joinedAck(acks);
    encoding.writeUint8Array(encoder, encodeAck(ack));
  });

function joinedAck(acks: readonly Ack[]): Ack {
  const clocks = new Map<number, number>();
  for (const ack of acks) for (const [client, clock] of ack.clocks) clocks.set(client, clock);
  return { clocks: [...clocks], deleteSet: joinedDeleteSet(acks.map(({ deleteSet }) => deleteSet)) };
}

/** Delete sets one after the other: a client may come more than once in one. */
function joinedDeleteSet(deleteSets: readonly Uint8Array[]): Uint8Array {
  const some = deleteSets.filter(({ length }) => length > 0);
  if (some.length <= 1) return some[0] ?? new Uint8Array(0);
  let clients = 0;
  const rest = some.map((bytes) => {
    const decoder = decoding.createDecoder(bytes);
    clients += decoding.readVarUint(decoder);
    return bytes.subarray(decoder.pos);
  });
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, clients);
  for (const bytes of rest) encoding.writeUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

/** What `encodeBase` and `encodeFoldNotice` of the mask document have made. */
export const baseFrame = (base: Uint8Array): Frame =>
  frame(ROOM_MESSAGE.base, (encoder) => encoding.writeUint8Array(encoder, base));
export const foldedFrame = (notice: Uint8Array): Frame =>
  frame(ROOM_MESSAGE.folded, (encoder) => encoding.writeUint8Array(encoder, notice));

/** Of the newest fold that the reader has been told of. */
export const foldNumberFrame = (number: number): Frame =>
  frame(ROOM_MESSAGE.foldNumber, (encoder) => encoding.writeVarUint(encoder, number));

export const startOverFrame = (): Frame => frame(ROOM_MESSAGE.startOver, () => {});
export const refusedFrame = (body: ErrorBody): Frame => json(ROOM_MESSAGE.refused, body);
export const readyFrame = (ready: RoomReady): Frame => json(ROOM_MESSAGE.ready, ready);
