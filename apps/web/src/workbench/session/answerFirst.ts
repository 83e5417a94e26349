/**
 * A page tells the server what it did in the order in which it did it: on a new connection what it missed comes first, with
 * the answer to the server's question, and what is painted meanwhile is part of that answer. Else new strokes could arrive
 * before older undos, which the server would judge, and fold, by the new ones. (That nothing is missing shows in no clock:
 * deletions have none.)
 */
import { ROOM_MESSAGE } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import type { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

export interface AnswerFirst {
  /** All of the page's own once more, as an answer that was not asked for: what is there already is only acknowledged again. */
  tellOwn(): void;
  stop(): void;
}

export function answerFirst(provider: WebsocketProvider): AnswerFirst {
  const { doc, messageHandlers } = provider;
  const tell = provider._updateHandler;
  const readSync = messageHandlers[ROOM_MESSAGE.sync]!;
  let told: unknown;
  const hasTold = () => {
    told = provider.ws;
  };
  const tellInOrder = (update: Uint8Array, origin: unknown) => {
    if (provider.ws === told) tell(update, origin);
  };

  doc.off('update', tell);
  doc.on('update', tellInOrder);
  messageHandlers[ROOM_MESSAGE.sync] = (encoder, decoder, ...rest) => {
    const isQuestion = decoding.peekVarUint(decoder) === sync.messageYjsSyncStep1;
    readSync(encoder, decoder, ...rest);
    // The answer is written, and is sent before anything else can happen.
    if (isQuestion) hasTold();
  };
  return {
    tellOwn() {
      provider.ws?.send(ownOf(doc));
      hasTold();
    },
    stop: () => doc.off('update', tellInOrder),
  };
}

/** A frame of all that this document's client id has written, and of everything that is deleted. */
function ownOf(doc: Y.Doc): Uint8Array<ArrayBuffer> {
  const others = Y.decodeStateVector(Y.encodeStateVector(doc));
  others.delete(doc.clientID);
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, ROOM_MESSAGE.sync);
  sync.writeSyncStep2(encoder, doc, Y.encodeStateVector(others));
  return new Uint8Array(encoding.toUint8Array(encoder));
}
