/**
 * The end of an epoch: when a document's structure has outgrown what lives in it, what lives is written again into a new one.
 * Nothing that was acknowledged is missing there; what was not is submitted again by whoever painted it.
 *
 *   moving (updates are turned away) → all committed → commitEpoch → room ended, sockets closed with epochEnded
 *                                            └→ fenced: goes on
 */
import { randomBytes } from 'node:crypto';
import { documentOfNewEpoch } from '@cotrace/mask-doc';
import { ProtocolError } from '@cotrace/protocol';
import * as Y from 'yjs';
import type { Log } from '../../log.ts';
import type { CommitLog } from '../commitLog.ts';
import type { Room } from '../room.ts';
import type { RoomLimits } from '../roomLimits.ts';
import type { FoldStore } from './foldStore.ts';

/** Bytes of a struct beside its content: what Yjs writes for the ids of its neighbours, at most. */
const MAX_STRUCT_BYTES = 32;

/** Is the document large, and most of it structure of what is gone? */
export function outgrown({ doc }: Pick<Room, 'doc'>, { epochBytes, epochRatio }: RoomLimits): boolean {
  let structs = 0;
  let liveBytes = 0;
  for (const ofClient of doc.store.clients.values()) {
    structs += ofClient.length;
    for (const struct of ofClient) {
      if (struct instanceof Y.Item && !struct.deleted && struct.content instanceof Y.ContentBinary) {
        liveBytes += struct.content.content.length;
      }
    }
  }
  const enough = Math.max(epochBytes, epochRatio * liveBytes);
  // Encoding all of it is dear, and mostly the answer is clear without.
  if (liveBytes + structs * MAX_STRUCT_BYTES <= enough) return false;
  return Y.encodeStateAsUpdate(doc).length > enough;
}

/** Throws FoldError FOLD_FENCED, ProtocolError DATABASE_UNAVAILABLE; the room goes on then. */
export async function startEpoch(
  room: Room,
  parts: { token: number; store: FoldStore; commits: Pick<CommitLog, 'settled'>; log: Log },
): Promise<void> {
  const { maskId, epoch } = room.row;
  const { token, store, commits, log } = parts;
  room.isMoving = true;
  try {
    await commits.settled(maskId);
    const clientId = randomBytes(4).readUInt32LE();
    const document = documentOfNewEpoch(room.doc, clientId);
    await store.commitEpoch({ maskId, epoch, token, head: room.head, document, clientId });
    log.info('A mask goes on in a new epoch', { maskId, epoch: epoch + 1, bytes: document.length });
    room.end(new ProtocolError('CONFLICT', `Epoch ${epoch} has ended, this is ${epoch + 1}.`));
  } finally {
    room.isMoving = false;
  }
}
