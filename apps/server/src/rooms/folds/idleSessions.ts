/** In which sessions of a room nobody has written for days: they may be folded whole. Asks the store once an hour at most. */
import type { Room } from '../room.ts';
import type { FoldStore } from './foldStore.ts';

export interface IdleSessions {
  /** Throws ProtocolError DATABASE_UNAVAILABLE. */
  sessions(): Promise<ReadonlySet<string>>;
}

const ASK_AGAIN_MS = 60 * 60 * 1000;

export function createIdleSessions({
  room,
  store,
  now,
  idleMs,
}: {
  room: Room;
  store: Pick<FoldStore, 'lastWrites'>;
  now: () => number;
  idleMs: number;
}): IdleSessions {
  let askedAt = Number.NEGATIVE_INFINITY;
  let lastWrites: ReadonlyMap<string, Date> = new Map();
  const writing = new Set<string>();
  // The room's mask forgets its listeners when it ends.
  room.mask.onChange(({ sessions }) => {
    for (const session of sessions) writing.add(session);
  });

  return {
    async sessions() {
      if (now() - askedAt > Math.min(ASK_AGAIN_MS, idleMs)) {
        askedAt = now();
        writing.clear();
        lastWrites = await store.lastWrites(room.row.maskId);
      }
      const idle = [...lastWrites].flatMap(([session, at]) =>
        now() - at.getTime() > idleMs && !writing.has(session) ? session : [],
      );
      return new Set(idle);
    },
  };
}
