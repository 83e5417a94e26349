/** The servers' wires as a painter needs them: how a socket gets in, how an update goes out, what a frame says. Decodes no document. */
import { ROOM_MESSAGE, ROOM_PATH, roomName } from '@cotrace/protocol';
import * as encoding from 'lib0/encoding';
import { Bytes, readStrokes } from './updateReader.ts';

export type ServerKind = 'cotrace' | 'hocuspocus' | 'relay';

/** A painter's place: which document, and who paints there. */
export interface Place {
  readonly document: string;
  readonly epoch: number;
  readonly sessionId: string;
  readonly clientId: number;
  readonly token: string;
}

export interface WireEvents {
  send(frame: Uint8Array): void;
  /** The document as it was has come; painting may start. `update` is all of it. */
  joined(update: Uint8Array | undefined): void;
  /** The folded part of the document, as the server sends it. */
  base(bytes: Uint8Array): void;
  stroke(clientId: number, clock: number): void;
  /** Everything of this client below the clock is committed. */
  durable(clientId: number, clock: number): void;
  /** The server says that it has taken the latest update, wherever it keeps it. */
  taken(): void;
  refused(reason: string): void;
}

export interface Wire {
  address(origin: string, place: Place): string;
  opened(place: Place, events: WireEvents): void;
  frameOf(update: Uint8Array, place: Place): Uint8Array;
  receive(frame: Uint8Array, place: Place, events: WireEvents): void;
}

/** y-protocols: the sync messages that all of Yjs' servers speak. */
const SYNC = { step1: 0, step2: 1, update: 2 } as const;
const NO_STATE = Uint8Array.of(0);
const NO_UPDATE = Uint8Array.of(0, 0);

function frame(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
}

function writeSync(encoder: encoding.Encoder, type: number, content: Uint8Array): void {
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, type);
  encoding.writeVarUint8Array(encoder, content);
}

/** Answers what a server asks, and tells what it says. The reader stands behind the message type. */
function receiveSync(reader: Bytes, answer: (type: number, content: Uint8Array) => void, events: WireEvents) {
  switch (reader.varUint()) {
    case SYNC.step1:
      return answer(SYNC.step2, NO_UPDATE);
    case SYNC.step2:
      return events.joined(reader.varBytes());
    default:
      reader.varUint();
      readStrokes(reader, events.stroke);
  }
}

const cotrace: Wire = {
  address: (origin, { document, epoch, sessionId, clientId, token }) =>
    `${origin}${ROOM_PATH}/${roomName(document, epoch)}?${new URLSearchParams({ session: sessionId, client: String(clientId), token })}`,
  opened(_place, { send }) {
    send(frame((encoder) => writeSync(encoder, SYNC.step1, NO_STATE)));
  },
  frameOf: (update) => frame((encoder) => writeSync(encoder, SYNC.update, update)),
  receive(bytes, _place, events) {
    const reader = new Bytes(bytes);
    switch (reader.varUint()) {
      case ROOM_MESSAGE.sync:
        return receiveSync(
          reader,
          (type, content) => events.send(frame((encoder) => writeSync(encoder, type, content))),
          events,
        );
      case ROOM_MESSAGE.durable: {
        reader.varUint(); // the version of the acknowledgement
        for (let count = reader.varUint(); count > 0; count--)
          events.durable(reader.varUint(), reader.varUint());
        return;
      }
      case ROOM_MESSAGE.base:
        return events.base(bytes.subarray(reader.at));
      case ROOM_MESSAGE.refused:
        return events.refused(Buffer.from(reader.varBytes()).toString());
    }
  },
};

/** Message types of Hocuspocus 4; each frame starts with the name of its document. */
const HOCUSPOCUS = { sync: 0, auth: 2, syncReply: 4, close: 7, syncStatus: 8 } as const;
const AUTH = { token: 0, denied: 1, authenticated: 2 } as const;

const hocuspocus: Wire = {
  address: (origin) => origin,
  opened({ document, token }, { send }) {
    send(
      frame((encoder) => {
        encoding.writeVarString(encoder, document);
        encoding.writeVarUint(encoder, HOCUSPOCUS.auth);
        encoding.writeVarUint(encoder, AUTH.token);
        encoding.writeVarString(encoder, token);
      }),
    );
  },
  frameOf: (update, { document }) => named(document, SYNC.update, update),
  receive(bytes, { document }, events) {
    const reader = new Bytes(bytes);
    reader.skip();
    switch (reader.varUint()) {
      case HOCUSPOCUS.sync:
      case HOCUSPOCUS.syncReply:
        return receiveSync(reader, (type, content) => events.send(named(document, type, content)), events);
      case HOCUSPOCUS.auth:
        if (reader.varUint() === AUTH.authenticated)
          return events.send(named(document, SYNC.step1, NO_STATE));
        return events.refused('the token');
      case HOCUSPOCUS.syncStatus:
        if (reader.varUint() === 1) return events.taken();
        return events.refused('an update');
      case HOCUSPOCUS.close:
        return events.refused(Buffer.from(reader.varBytes()).toString());
    }
  },
};

function named(document: string, type: number, content: Uint8Array): Uint8Array {
  return frame((encoder) => {
    encoding.writeVarString(encoder, document);
    writeSync(encoder, type, content);
  });
}

/** Frames are updates one after the other, each behind its length; an empty one says that the socket is in. */
const relay: Wire = {
  address: (origin, { document }) => `${origin}/${document}`,
  opened() {},
  frameOf: (update) => frame((encoder) => encoding.writeVarUint8Array(encoder, update)),
  receive(bytes, _place, events) {
    if (bytes.length === 0) return events.joined(undefined);
    const reader = new Bytes(bytes);
    while (reader.at < bytes.length) {
      const end = reader.varUint() + reader.at;
      readStrokes(reader, events.stroke);
      reader.at = end;
    }
  },
};

export const WIRES: Readonly<Record<ServerKind, Wire>> = { cotrace, hocuspocus, relay };
