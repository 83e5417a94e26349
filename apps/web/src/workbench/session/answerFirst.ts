/**
 * A page tells the server what it did in the order in which it did it: on a new connection what it missed comes first, with
 * the answer to the server's question, and what is painted meanwhile is part of that answer. Else new strokes could arrive
 * before older undos, which the server would judge, and fold, by the new ones. (That nothing is missing shows in no clock:
 * deletions have none.)
 */
import { ROOM_MESSAGE } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import { messageYjsSyncStep1 } from 'y-protocols/sync';
import type { WebsocketProvider } from 'y-websocket';

export interface AnswerFirst {
  /** On this connection the server has been sent all that it could lack. */
  hasTold(): void;
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
    const isQuestion = decoding.peekVarUint(decoder) === messageYjsSyncStep1;
    readSync(encoder, decoder, ...rest);
    // The answer is written, and is sent before anything else can happen.
    if (isQuestion) hasTold();
  };
  return { hasTold, stop: () => doc.off('update', tellInOrder) };
}
