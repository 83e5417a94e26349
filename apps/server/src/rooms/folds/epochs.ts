/**
 * The end of an epoch: when a document's structure has outgrown what lives in it, what lives is written again into a new one.
 * Nothing that was acknowledged is missing there; what was not is submitted again by whoever painted it.
 *
 *   frozen (updates are turned away) → all committed → commitEpoch → sockets closed with epochEnded, room forgotten
 *                                            └→ fenced: thawed, sockets told to come back
 */
import { randomBytes } from 'node:crypto';
import { documentOfNewEpoch } from '@cotrace/mask-doc';
import type { Log } from '../../log.ts';
import type { CommitLog } from '../commitLog.ts';
import type { Room } from '../room.ts';
import type { RoomLimits } from '../roomLimits.ts';
import type { RoomRegistry } from '../roomRegistry.ts';
import type { FoldStore } from './foldStore.ts';
import * as Y from 'yjs';

/** Is the document large, and most of it structure of what is gone? */
export function outgrown({ doc, mask }: Room, { epochBytes, epochRatio }: RoomLimits): boolean {
  const { recordBytes } = mask;
  // Encoding all of it is dear, and no struct without content is longer than this.
  let structs = 0;
  for (const ofClient of doc.store.clients.values()) structs += ofClient.length;
  if (structs * MAX_STRUCT_BYTES + recordBytes < epochBytes) return false;
  const bytes = Y.encodeStateAsUpdate(doc).length;
  return bytes > epochBytes && bytes > epochRatio * recordBytes;
}

const MAX_STRUCT_BYTES = 32;

/** Throws FoldError FOLD_FENCED, ProtocolError DATABASE_UNAVAILABLE; the room goes on then. */
export async function startEpoch(
  room: Room,
  parts: {
    token: number;
    store: FoldStore;
    commits: Pick<CommitLog, 'settled'>;
    registry: RoomRegistry;
    log: Log;
  },
): Promise<void> {
  const { maskId, epoch } = room.row;
  const { token, store, commits, registry, log } = parts;
  room.freeze();
  try {
    await commits.settled(maskId);
    const clientId = randomBytes(4).readUInt32LE();
    const document = documentOfNewEpoch(room.doc, clientId);
    await store.commitEpoch({ maskId, epoch, token, head: room.head, document, clientId });
    log.info('A mask goes on in a new epoch', { maskId, epoch: epoch + 1, bytes: document.length });
    registry.forget(room);
    room.endEpoch();
  } finally {
    room.thaw();
  }
}
