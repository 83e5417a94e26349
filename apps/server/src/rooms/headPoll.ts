/**
 * Looks, once for all rooms, at where their logs stand: what other servers wrote while this one had nothing to write, an
 * epoch that has ended elsewhere, a mask that is gone. Knows no socket.
 */
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../log.ts';
import type { CommitLog } from './commitLog.ts';
import type { Folder } from './folds/folder.ts';
import type { Room } from './room.ts';
import type { RoomRegistry } from './roomRegistry.ts';
import type { MaskHead, RoomStore } from './roomStore.ts';

export interface HeadPoll {
  stop(): void;
}

/** Ends a room whose mask is gone or has another epoch by now (`now` is of its mask); says whether it did. */
export function endIfOver(room: Room, now: MaskHead | undefined): boolean {
  const { maskId, epoch } = room.row;
  if (now?.epoch === epoch) return false;
  room.end(
    now === undefined
      ? new ProtocolError('NOT_FOUND', `No mask ${maskId}.`)
      : new ProtocolError('CONFLICT', `Epoch ${epoch} has ended, this is ${now.epoch}.`),
  );
  return true;
}

/**
 * Before somebody is let in: they may have been in another server's room, and have seen folds or the end of an epoch of which
 * this one has not heard. The deletion of a folded record would pass for an undo here.
 */
export async function levelWithStore(
  room: Room,
  { store, folder }: { store: Pick<RoomStore, 'heads'>; folder: Pick<Folder, 'catchUp'> },
): Promise<void> {
  const [now] = await store.heads([room.row.maskId]);
  if (endIfOver(room, now) || now === undefined) return;
  // The log first: what of a fold this document has never held would come in as somebody's deleted strokes.
  await room.catchUp(now.head);
  if (now.fold > room.base.number) await folder.catchUp(room);
}

export function startHeadPoll({
  registry,
  folder,
  store,
  commits,
  log,
  pollMs,
}: {
  registry: Pick<RoomRegistry, 'loaded'>;
  folder: Pick<Folder, 'catchUp'>;
  store: Pick<RoomStore, 'heads'>;
  commits: Pick<CommitLog, 'isPending'>;
  log: Log;
  pollMs: number;
}): HeadPoll {
  let isLooking = false;

  // Most likely the database is away, which the commit log tells; the next look is soon.
  const report = (error: unknown) => log.info('Mask rooms could not look at their logs', { error });

  const look = async () => {
    const rooms = registry.loaded().filter(({ peers }) => peers.size > 0);
    if (rooms.length === 0) return;
    const heads = await store.heads(rooms.map(({ row }) => row.maskId));
    const byMask = new Map(heads.map((head) => [head.maskId, head]));
    for (const room of rooms) {
      const { maskId } = room.row;
      const told = byMask.get(maskId);
      if (endIfOver(room, told) || told === undefined) continue;
      // Entries on their way say themselves where they came to lie, and whether others' lie before them.
      if (room.isBehind || !commits.isPending(maskId)) room.follow(told.head);
      if (told.fold > room.base.number) folder.catchUp(room).catch(report);
    }
  };

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(report)
      .finally(() => {
        isLooking = false;
      });
  }, pollMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
