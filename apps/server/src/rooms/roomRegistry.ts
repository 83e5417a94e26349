/**
 * Which rooms are in memory. A room is loaded once however many ask, held while somebody uses it, and let go when nobody
 * does and everything in it is committed. Knows no socket.
 *
 *   absent → loading → held ⇄ idle (commits pending) → absent
 *                        └→ ended (broken, epoch over, mask gone) → absent (after its last commit)
 */
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../log.ts';
import type { CommitLog } from './commitLog.ts';
import { Room } from './room.ts';
import type { RoomLimits } from './roomLimits.ts';
import type { RoomStore } from './roomStore.ts';

export interface RoomHold {
  readonly room: Room;
  /** Call once. */
  release(): void;
}

export interface RoomRegistry {
  /** Throws ProtocolError NOT_FOUND, DATABASE_UNAVAILABLE, MaskDocError LOG_GAP, LOG_MALFORMED. */
  open(maskId: string): Promise<RoomHold>;
  /** Rooms in memory now. */
  loaded(): Room[];
  find(maskId: string): Room | undefined;
}

interface Entry {
  readonly loading: Promise<Room>;
  room: Room | undefined;
  holds: number;
}

export function createRoomRegistry({
  store,
  commits,
  log,
  limits,
  beforeUnload,
}: {
  store: RoomStore;
  commits: CommitLog;
  log: Log;
  limits: RoomLimits;
  /** What is to be done before a room that nobody uses is let go; undefined: nothing (more). Never rejects. */
  beforeUnload(room: Room): Promise<void> | undefined;
}): RoomRegistry {
  const entries = new Map<string, Entry>();

  const load = async (maskId: string): Promise<Room> => {
    // A broken room's last entries may still be on their way into the log; if they fail, the log is the truth without them.
    await commits.settled(maskId).catch(() => undefined);
    const opened = await store.open(maskId);
    if (opened === undefined) throw new ProtocolError('NOT_FOUND', `No mask ${maskId}.`);
    // Read after what they wrote: whoever has written there is among them.
    const sessions = await store.sessions(maskId);
    const room = new Room(opened, { store, commits, limits, onEnded });
    for (const { sessionId, userId, clientIds } of sessions) {
      room.sessions.set(sessionId, { userId, clientIds: new Set(clientIds) });
    }
    return room;
  };

  const onEnded = (room: Room, error: unknown) => {
    const { maskId, epoch } = room.row;
    const isOver =
      error instanceof ProtocolError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND');
    if (isOver) log.info('A mask room is over', { maskId, epoch, code: error.code });
    else log.error('A mask room does not match its log and is loaded anew', { maskId, error });
    if (entries.get(maskId)?.room === room) entries.delete(maskId);
  };

  const unloadIfIdle = (maskId: string, entry: Entry) => {
    if (entry.holds > 0 || entries.get(maskId) !== entry || entry.room === undefined) return;
    if (commits.isPending(maskId)) {
      const again = () => unloadIfIdle(maskId, entry);
      commits.settled(maskId).then(again, again);
      return;
    }
    const last = beforeUnload(entry.room);
    if (last !== undefined) {
      last.then(() => unloadIfIdle(maskId, entry));
      return;
    }
    entries.delete(maskId);
    entry.room.destroy();
  };

  return {
    async open(maskId) {
      let entry = entries.get(maskId);
      if (entry === undefined) {
        const created: Entry = { loading: load(maskId), room: undefined, holds: 0 };
        entry = created;
        entries.set(maskId, entry);
      }
      const held = entry;
      // Counted before anything is awaited: a leaving last user must see the one who is on the way in.
      held.holds++;
      try {
        held.room = await held.loading;
      } catch (error) {
        held.holds--;
        if (entries.get(maskId) === held) entries.delete(maskId);
        throw error;
      }
      let isReleased = false;
      return {
        room: held.room,
        release() {
          if (isReleased) return;
          isReleased = true;
          held.holds--;
          unloadIfIdle(maskId, held);
        },
      };
    },
    find: (maskId) => entries.get(maskId)?.room,
    loaded: () => [...entries.values()].flatMap(({ room }) => room ?? []),
  };
}
