/**
 * Somebody who paints and does not look: strokes out, acknowledgements in, everything else unread. Twenty of them cost less
 * than one real page. Comes back as a new page when the room says so, with the numbers of its session going on.
 */
import { encodeRecord, type Runs } from '@cotrace/mask';
import { arrayNameOf, decodeAck } from '@cotrace/mask-doc';
import { CLOSE, ROOM_MESSAGE, ROOM_PATH, roomName } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { EMPTY_UPDATE } from '../../apps/server/src/rooms/folds/foldStore.ts';
import { tokenOf } from '../../apps/server/src/rooms/testing/memoryAccess.ts';
import { syncFrame } from '../../apps/server/src/rooms/testing/rawClient.ts';

export interface LightPainter {
  readonly isIn: boolean;
  readonly painted: number;
  /** Of the page that is open now. */
  readonly waiting: number;
  readonly acknowledged: number;
  paint(label: number, runs: Runs, lamport: number): void;
  /** Deletes its latest stroke that is acknowledged. */
  undo(): void;
  /** A new document and a new client id, as a tab that is reloaded. */
  reload(): void;
  close(): void;
}

export function openLightPainter(
  { origin }: { origin: string },
  { name, sessionId, maskId }: { name: string; sessionId: string; maskId: string },
): LightPainter {
  let epoch = 0;
  let strokeId = 0;
  let painted = 0;
  let acknowledgedBefore = 0;
  let isClosed = false;
  let doc: Y.Doc;
  let socket: WebSocket;
  let clock = 0;
  let isIn = false;

  const open = () => {
    doc = new Y.Doc();
    acknowledgedBefore += clock;
    clock = 0;
    isIn = false;
    const own = doc;
    const query = new URLSearchParams({
      session: sessionId,
      client: String(own.clientID),
      token: tokenOf(name),
      fold: '0',
    });
    const mine = new WebSocket(`${origin}${ROOM_PATH}/${roomName(maskId, epoch)}?${query}`);
    socket = mine;
    mine.on('error', () => {}); // 'close' follows
    mine.on('message', (data: Buffer) => {
      const decoder = decoding.createDecoder(data);
      switch (decoding.readVarUint(decoder)) {
        case ROOM_MESSAGE.ready:
          if (mine !== socket) return;
          isIn = true;
          // It holds nothing yet that the room could lack.
          mine.send(syncFrame(1, EMPTY_UPDATE));
          return;
        case ROOM_MESSAGE.durable: {
          const { clocks } = decodeAck(new Uint8Array(data.subarray(decoder.pos)));
          const [, told] = clocks.find(([client]) => client === own.clientID) ?? [0, 0];
          if (mine === socket) clock = Math.max(clock, told);
        }
      }
    });
    mine.on('close', (code) => {
      if (isClosed || mine !== socket) return;
      if (code === CLOSE.epochEnded) epoch++;
      setTimeout(() => {
        if (!isClosed && mine === socket) open();
      }, 200);
    });
  };
  const send = (change: (array: Y.Array<Uint8Array>) => void) => {
    const before = Y.encodeStateVector(doc);
    change(doc.getArray<Uint8Array>(arrayNameOf(sessionId)));
    socket.send(syncFrame(2, Y.encodeStateAsUpdate(doc, before)));
  };

  open();
  return {
    get isIn() {
      return isIn;
    },
    get painted() {
      return painted;
    },
    get waiting() {
      return Y.getState(doc.store, doc.clientID) - clock;
    },
    get acknowledged() {
      return acknowledgedBefore + clock;
    },
    paint(label, runs, lamport) {
      if (!isIn || socket.readyState !== socket.OPEN) return;
      strokeId++;
      painted++;
      const record = encodeRecord({ version: 1, strokeId, part: 0, lamport, label, runs });
      send((array) => array.push([record]));
    },
    undo() {
      if (!isIn || socket.readyState !== socket.OPEN || clock === 0) return;
      const { length } = doc.getArray(arrayNameOf(sessionId));
      if (length === 0 || Y.getState(doc.store, doc.clientID) > clock) return;
      send((array) => array.delete(length - 1));
    },
    reload() {
      const old = socket;
      open();
      old.close();
    },
    close() {
      isClosed = true;
      socket.close();
    },
  };
}

/** Comes in, sees the whole mask once, and leaves; resolves when the socket is closed. */
export async function lightVisit(
  { origin }: { origin: string },
  { name, maskId }: { name: string; maskId: string },
): Promise<void> {
  const doc = new Y.Doc();
  const query = new URLSearchParams({
    session: `session-of-${doc.clientID}`,
    client: String(doc.clientID),
    token: tokenOf(name),
    fold: '0',
  });
  const socket = new WebSocket(`${origin}${ROOM_PATH}/${roomName(maskId, 0)}?${query}`);
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('open', () => socket.send(syncFrame(0, Y.encodeStateVector(doc))));
    socket.on('message', (data: Buffer) => {
      // SyncStep2 answers the question.
      if (data[0] === ROOM_MESSAGE.sync && data[1] === 1) socket.close();
    });
  });
  doc.destroy();
}
