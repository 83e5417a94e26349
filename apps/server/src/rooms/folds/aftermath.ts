/**
 * What follows a committed fold, one's own or another server's: pages are told, and what is folded leaves the live document.
 * Never before the commit; the log hears nothing of it.
 */
import { deleteFolded } from '@cotrace/mask-doc';
import type { Frame } from '../frames.ts';
import type { Room } from '../room.ts';
import type { FoldStore } from './foldStore.ts';

/**
 * `frame` brings whoever holds the fold before to this one. Pages that have not been answered yet are told with their
 * answer. The deletion comes last: a page that folds for itself knows by then why its records go.
 */
export function tellFold(room: Room, frame: Frame): void {
  // A page can follow only when it has every record that was folded.
  room.relay.flush();
  for (const peer of room.peers) {
    if (peer.heldFold === undefined) continue;
    peer.send(frame);
    peer.heldFold = room.base.number;
  }
  room.changeUnlogged(() => deleteFolded(room.doc, room.mask.watermarks));
}

/** Takes the folds that other servers have committed. Throws ProtocolError DATABASE_UNAVAILABLE; MaskDocError and MaskError, and the room has ended. */
export async function catchUpWithFolds(room: Room, store: FoldStore): Promise<void> {
  const since = room.base.number;
  const base = await store.tilesSince(room.row.maskId, since);
  if (base === undefined || base.number <= since) return;
  try {
    room.base.take(base, since);
  } catch (error) {
    // What is folded and cannot be shown leaves holes in the picture: this room shows nothing any more.
    room.end(error);
    throw error;
  }
  tellFold(room, room.base.frameSince(since));
}
