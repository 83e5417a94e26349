/** A page tells the room everything of its own once more. Knows no state. */
import { ROOM_MESSAGE } from '@cotrace/protocol';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import type { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

/**
 * Sends all that this document's client id has written, and everything that is deleted, as an answer that was not asked for:
 * what is there already is only acknowledged again.
 */
export function tellOwn({ doc, ws }: WebsocketProvider): void {
  const others = Y.decodeStateVector(Y.encodeStateVector(doc));
  others.delete(doc.clientID);
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, ROOM_MESSAGE.sync);
  sync.writeSyncStep2(encoder, doc, Y.encodeStateVector(others));
  ws?.send(new Uint8Array(encoding.toUint8Array(encoder)));
}
