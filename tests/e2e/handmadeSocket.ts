/** A stranger to the page: speaks the room's wire by hand with a signed-in person's cookie. */
import { encodeRecord, rasterizeStroke } from '@cotrace/mask';
import { type ErrorBody, ROOM_MESSAGE, ROOM_PATH, roomName } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { Person } from './person.ts';

/** Send one valid stroke; answers the refusal. */
export async function paintThroughOwnSocket(
  person: Person,
  origin: string,
  mask: { id: string; epoch: number },
): Promise<ErrorBody> {
  const doc = new Y.Doc();
  const sessionId = 'handmade-session';
  const cookies = (await person.context.cookies(origin))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  const url = `${origin.replace('http', 'ws')}${ROOM_PATH}/${roomName(mask.id, mask.epoch)}?session=${sessionId}&client=${doc.clientID}`;
  const socket = new WebSocket(url, { headers: { cookie: cookies, origin } });
  socket.binaryType = 'arraybuffer';
  const runs = rasterizeStroke(
    [
      { x: 10, y: 10 },
      { x: 60, y: 60 },
    ],
    { shape: 'round', diameter: 9 },
  );
  doc
    .getArray<Uint8Array>(`ops:${sessionId}`)
    .push([encodeRecord({ version: 1, part: 0, strokeId: 1, lamport: 1, label: 1, runs })]);
  try {
    return await new Promise<ErrorBody>((done, failed) => {
      socket.once('error', failed);
      socket.once('close', (code) => failed(new Error(`closed with ${code} before it said why`)));
      socket.once('open', () => {
        const frame = encoding.createEncoder();
        encoding.writeVarUint(frame, ROOM_MESSAGE.sync);
        encoding.writeVarUint(frame, 2);
        encoding.writeVarUint8Array(frame, Y.encodeStateAsUpdate(doc));
        socket.send(encoding.toUint8Array(frame));
      });
      socket.on('message', (bytes: ArrayBuffer) => {
        const frame = decoding.createDecoder(new Uint8Array(bytes));
        if (decoding.readVarUint(frame) === ROOM_MESSAGE.refused)
          done(JSON.parse(decoding.readVarString(frame)));
      });
    });
  } finally {
    socket.close();
  }
}
