/** Whose an editing session is, and which Y client ids it has used. Knows no socket; refuses what belongs to somebody else. */
import { MAX_CLIENTS_PER_SESSION, ProtocolError } from '@cotrace/protocol';
import type { Room } from './room.ts';
import type { RoomStore } from './roomStore.ts';

/**
 * Takes a session for a person (null: the server) before the first update. Readers take none, but may not use somebody
 * else's either. Throws ProtocolError FORBIDDEN, SESSION_FULL, DATABASE_UNAVAILABLE.
 */
export async function claimSession(
  room: Room,
  store: RoomStore,
  {
    sessionId,
    clientId,
    userId,
    mayPaint,
  }: { sessionId: string; clientId: number; userId: string | null; mayPaint: boolean },
): Promise<void> {
  const known = room.sessions.get(sessionId);
  if (known !== undefined && known.userId !== userId) {
    throw new ProtocolError('FORBIDDEN', 'That editing session is somebody else’s. Reload the page.');
  }
  if (!mayPaint || known?.clientIds.has(clientId)) return;
  if (known !== undefined && known.clientIds.size >= MAX_CLIENTS_PER_SESSION) {
    throw new ProtocolError(
      'SESSION_FULL',
      `At most ${MAX_CLIENTS_PER_SESSION} documents of one session were expected, this is one more.`,
    );
  }
  const clientIds = await store.registerSession({ maskId: room.row.maskId, sessionId, userId, clientId });
  // Looked up again: two sockets of one session may have been waiting for the store. Other servers may know more ids of it.
  const session = room.sessions.get(sessionId) ?? { userId, clientIds: new Set<number>() };
  room.sessions.set(sessionId, session);
  for (const id of clientIds) session.clientIds.add(id);
}
