/** A room server for tests: y-websocket's wire with real semantics, which commits, refuses or closes when it is told to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeRecordHead } from '@cotrace/mask';
import {
  ackOfDocument,
  deleteFolded,
  encodeAck,
  encodeBase,
  encodeFoldNotice,
  openMaskDoc,
} from '@cotrace/mask-doc';
import { CLOSE, type ErrorBody, ROOM_MESSAGE, type RoomReady } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { type WebSocket, WebSocketServer } from 'ws';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';

export interface RoomServer extends AsyncDisposable {
  readonly origin: string;
  readonly doc: Y.Doc;
  /** Updates are applied but not acknowledged until `commit`. */
  holdAcknowledgements(): void;
  commit(): void;
  /** Answers every further update with this refusal instead of applying it; undefined: takes them again. */
  refuseWith(why: ErrorBody | undefined): void;
  /** Refuses updates that hold a record of this label, by the strokes' names; undefined: takes them again. */
  refuseLabel(label: number | undefined): void;
  /** Folds all that these sessions have painted, and tells; `wrongly`: a notice that fits nobody; `isLost`: none arrives. */
  fold(sessionIds: readonly string[], options?: { wrongly?: boolean; isLost?: boolean }): void;
  /** Tells everybody which fold they should hold. */
  tellFoldNumber(): void;
  /** Tells everybody of an update that the document does not hold, as of a server that is gone. */
  haunt(update: Uint8Array): void;
  /** Tells everybody that they show what no server has. */
  startOver(): void;
  /** The room is another one now: those who come to the old one are sent away. */
  startEpoch(epoch: number): void;
  /** `fold` of each connection, in their order. */
  readonly foldsAskedFor: readonly string[];
  closeAll(code: number): void;
  /** Refuses connections until called with false. */
  goAway(away: boolean): void;
  readonly connections: number;
}

export async function startRoomServer(ready: Omit<RoomReady, 'maskId' | 'epoch'>): Promise<RoomServer> {
  const doc = new Y.Doc();
  const maskDoc = openMaskDoc({ doc, width: ready.width, height: ready.height });
  const tiles = new Map<number, Uint8Array>();
  const foldsAskedFor: string[] = [];
  let epoch = 0;
  let refusedLabel: number | undefined;
  const sockets = new Set<WebSocket>();
  const http = createServer();
  const rooms = new WebSocketServer({ noServer: true });
  let holds = false;
  let away = false;
  let connections = 0;
  let refusal: ErrorBody | undefined;

  const frame = (type: number, write: (encoder: encoding.Encoder) => void) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    write(encoder);
    return encoding.toUint8Array(encoder);
  };
  const acknowledge = (socket: WebSocket) =>
    socket.send(
      frame(ROOM_MESSAGE.durable, (encoder) =>
        encoding.writeUint8Array(encoder, encodeAck(ackOfDocument(doc))),
      ),
    );

  const broadcast = (bytes: Uint8Array) => {
    for (const socket of sockets) socket.send(bytes);
  };
  const baseFrame = () =>
    frame(ROOM_MESSAGE.base, (encoder) => {
      const { foldNumber: number, watermarks } = maskDoc;
      encoding.writeUint8Array(encoder, encodeBase({ number, since: 0, watermarks, tiles: [...tiles] }));
    });
  /** Strokes of the refused label in an update. */
  const refusedIn = (update: Uint8Array): number[] =>
    Y.decodeUpdate(update).structs.flatMap((struct) => {
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentBinary)) return [];
      const { label, strokeId } = decodeRecordHead(struct.content.content);
      return label === refusedLabel ? [strokeId] : [];
    });
  const refuse = (socket: WebSocket, why: ErrorBody) =>
    socket.send(
      frame(ROOM_MESSAGE.refused, (encoder) => encoding.writeVarString(encoder, JSON.stringify(why))),
    );

  doc.on('update', (update: Uint8Array, origin: unknown) => {
    for (const socket of sockets)
      if (socket !== origin)
        socket.send(frame(ROOM_MESSAGE.sync, (encoder) => syncProtocol.writeUpdate(encoder, update)));
  });

  const receive = (socket: WebSocket, bytes: Uint8Array) => {
    const decoder = decoding.createDecoder(bytes);
    if (decoding.readVarUint(decoder) !== ROOM_MESSAGE.sync) return;
    const isUpdate = decoding.peekVarUint(decoder) !== syncProtocol.messageYjsSyncStep1;
    if (isUpdate && refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    if (isUpdate && refusedLabel !== undefined) {
      const peek = decoding.clone(decoder);
      decoding.readVarUint(peek);
      const [strokeId] = refusedIn(decoding.readVarUint8Array(peek));
      if (strokeId !== undefined) {
        const code = 'LABEL_OUTSIDE_TABLE';
        return refuse(socket, { code, message: 'No such label.', details: { strokeIds: [strokeId] } });
      }
    }
    const answer = encoding.createEncoder();
    encoding.writeVarUint(answer, ROOM_MESSAGE.sync);
    syncProtocol.readSyncMessage(decoder, answer, doc, socket);
    if (encoding.length(answer) > 1) socket.send(encoding.toUint8Array(answer));
    if (isUpdate && !holds) acknowledge(socket);
  };

  http.on('upgrade', (request, stream, head) => {
    if (away) return stream.destroy();
    rooms.handleUpgrade(request, stream, head, (socket) => {
      connections++;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('message', (data: Buffer) => receive(socket, new Uint8Array(data)));
      const url = new URL(request.url ?? '/', 'http://room');
      if (!url.pathname.endsWith(`@${epoch}`)) return socket.close(CLOSE.epochEnded);
      foldsAskedFor.push(url.searchParams.get('fold') ?? '');
      const said = JSON.stringify({ ...ready, maskId: 'mask', epoch });
      socket.send(frame(ROOM_MESSAGE.ready, (encoder) => encoding.writeVarString(encoder, said)));
      if (Number(foldsAskedFor.at(-1)) < maskDoc.foldNumber) socket.send(baseFrame());
      socket.send(frame(ROOM_MESSAGE.sync, (encoder) => syncProtocol.writeSyncStep1(encoder, doc)));
      if (!holds) acknowledge(socket);
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));

  return {
    origin: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    doc,
    holdAcknowledgements() {
      holds = true;
    },
    commit() {
      holds = false;
      for (const socket of sockets) acknowledge(socket);
    },
    refuseWith(why) {
      refusal = why;
    },
    refuseLabel(label) {
      refusedLabel = label;
    },
    fold(sessionIds, options) {
      const job = maskDoc.planFold({ atLeast: 1, idle: new Set(sessionIds) })!;
      job.finish();
      for (const [index, bytes] of job.tiles) tiles.set(index, bytes);
      const notice = options?.wrongly ? { ...job.notice, digest: job.notice.digest ^ 1 } : job.notice;
      const told = frame(ROOM_MESSAGE.folded, (encoder) =>
        encoding.writeUint8Array(encoder, encodeFoldNotice(notice)),
      );
      if (!options?.isLost) broadcast(told);
      deleteFolded(doc, maskDoc.watermarks);
    },
    tellFoldNumber: () =>
      broadcast(
        frame(ROOM_MESSAGE.foldNumber, (encoder) => encoding.writeVarUint(encoder, maskDoc.foldNumber)),
      ),
    haunt: (update) =>
      broadcast(frame(ROOM_MESSAGE.sync, (encoder) => syncProtocol.writeUpdate(encoder, update))),
    startOver: () => broadcast(frame(ROOM_MESSAGE.startOver, () => {})),
    startEpoch(next) {
      epoch = next;
      for (const socket of sockets) socket.close(CLOSE.epochEnded);
    },
    foldsAskedFor,
    closeAll(code) {
      for (const socket of sockets) socket.close(code);
    },
    goAway(gone) {
      away = gone;
      if (gone) for (const socket of sockets) socket.terminate();
    },
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      rooms.close();
      await new Promise((done) => http.close(done));
    },
  };
}
