/** A process that fills a document, and then opens it as somebody does who has nothing of it yet: what comes, and how long it takes. */
import { createHash } from 'node:crypto';
import { decodeBase, openMaskDoc } from '@cotrace/mask-doc';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { now } from '../clock.ts';
import { answerCalls } from '../processes.ts';
import { MASK_SIDE, mergedUpdate, type PaintedSession, readSessions } from '../strokes.ts';
import { type Place, type ServerKind, WIRES, type WireEvents } from '../wires.ts';

export interface Door {
  readonly kind: ServerKind;
  readonly origin: string;
  readonly token: string;
  readonly document: string;
  readonly epoch: number;
}

export interface Joined {
  /** Bytes that came over the socket until the document was there. */
  readonly bytes: number;
  /** ms from opening the socket until everything has come, until a document holds it, and until every pixel is known. */
  readonly receivedMs: number;
  readonly documentMs: number;
  readonly pictureMs: number;
  /** Of the pixels. */
  readonly picture: string;
}

const silent: Omit<WireEvents, 'send' | 'joined' | 'base' | 'refused'> = {
  stroke() {},
  durable() {},
  taken() {},
};

let readers = 0;
let open: WebSocket[] = [];

function connect(door: Door, place: Place): WebSocket {
  const socket = new WebSocket(WIRES[door.kind].address(door.origin, place), { perMessageDeflate: false });
  socket.binaryType = 'nodebuffer';
  return socket;
}

/** Every session comes, and brings all of its strokes at once; when the server has taken them all, all leave together. */
async function fill({ door, sessions }: { door: Door; sessions: string }): Promise<void> {
  for (const session of await readSessions(sessions)) await bring(door, session);
  await leave();
}

async function bring(door: Door, session: PaintedSession): Promise<void> {
  const { sessionId, clientId, updates } = session;
  const { document, epoch, token } = door;
  const place = { document, epoch, token, sessionId, clientId };
  const wire = WIRES[door.kind];
  const socket = connect(door, place);
  open.push(socket);
  await new Promise<void>((done, failed) => {
    let isSent = false;
    const events: WireEvents = {
      ...silent,
      send: (frame) => socket.send(frame),
      joined() {
        isSent = true;
        socket.send(wire.frameOf(mergedUpdate(session), place));
      },
      base() {},
      durable: (client, clock) => client === clientId && clock === updates.length && done(),
      // The answer to what the server asked for at first is taken, too, before there is anything to take.
      taken: () => isSent && done(),
      refused: (reason) => failed(new Error(reason)),
    };
    socket.on('open', () => wire.opened(place, events));
    socket.on('message', (frame: Buffer) => wire.receive(frame, place, events));
    socket.on('error', failed);
    socket.on('close', (code) => failed(new Error(`Sent away with ${code} while filling a document.`)));
  });
}

/** Stays in the document until `leave`. */
async function join(door: Door): Promise<Joined> {
  const wire = WIRES[door.kind];
  const { document, epoch, token } = door;
  const sessionId = `bench-reader-${process.pid}-${readers++}`;
  const place = { document, epoch, token, sessionId, clientId: 1_000_000_000 + readers };
  const startedAt = now();
  const socket = connect(door, place);
  let bytes = 0;
  let base: Uint8Array | undefined;
  const update = await new Promise<Uint8Array>((done, failed) => {
    const events: WireEvents = {
      ...silent,
      send: (frame) => socket.send(frame),
      joined: (all) => done(all!),
      base(folded) {
        base = folded;
      },
      refused: (reason) => failed(new Error(reason)),
    };
    socket.on('open', () => wire.opened(place, events));
    socket.on('message', (frame: Buffer) => {
      bytes += frame.length;
      wire.receive(frame, place, events);
    });
    socket.on('error', failed);
    socket.on('close', (code) => failed(new Error(`Sent away with ${code} while joining a document.`)));
  });
  const receivedAt = now();
  open.push(socket);
  const plain = new Y.Doc();
  Y.applyUpdate(plain, update);
  const documentAt = now();
  plain.destroy();
  const pictureFrom = now();
  const picture = pictureOf(base, update);
  const pictureAt = now();
  return {
    bytes,
    receivedMs: receivedAt - startedAt,
    documentMs: documentAt - startedAt,
    pictureMs: receivedAt - startedAt + (pictureAt - pictureFrom),
    picture: createHash('sha256').update(picture).digest('hex'),
  };
}

/** As a page does it. */
function pictureOf(base: Uint8Array | undefined, update: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  const mask = openMaskDoc({ doc, width: MASK_SIDE, height: MASK_SIDE });
  if (base !== undefined) mask.setBase(decodeBase(base));
  Y.applyUpdate(doc, update);
  const labels = mask.composition.toLabels();
  mask.destroy();
  doc.destroy();
  return labels;
}

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.close();
  await gone;
}

async function leave(): Promise<void> {
  await Promise.all(open.map(closed));
  open = [];
}

const answerers = { fill, join, leave };
export type JoinerCalls = typeof answerers;
answerCalls(answerers);
