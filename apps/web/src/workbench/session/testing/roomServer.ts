/** A room server for tests: y-websocket's wire with real semantics, which commits, refuses or closes when it is told to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ackOfDocument, encodeAck } from '@cotrace/mask-doc';
import { type ErrorBody, ROOM_MESSAGE, type RoomReady } from '@cotrace/protocol';
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
  closeAll(code: number): void;
  /** Refuses connections until called with false. */
  goAway(away: boolean): void;
  readonly connections: number;
}

export async function startRoomServer(ready: Omit<RoomReady, 'maskId' | 'epoch'>): Promise<RoomServer> {
  const doc = new Y.Doc();
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
      const why = JSON.stringify(refusal);
      socket.send(frame(ROOM_MESSAGE.refused, (encoder) => encoding.writeVarString(encoder, why)));
      return;
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
      const said = JSON.stringify({ ...ready, maskId: 'mask', epoch: 0 });
      socket.send(frame(ROOM_MESSAGE.ready, (encoder) => encoding.writeVarString(encoder, said)));
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
