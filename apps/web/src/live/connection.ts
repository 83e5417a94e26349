/**
 * One socket.io connection of this page: follows one project, keeps who is where, and hands on events.
 * Knows no cache and no component.
 *
 *   connecting → online ⇄ offline      (offline: socket.io tries again for ever, with growing waits)
 *        └──────→ refused              (the server said why; following another project starts over)
 */
import type { ClientToServerEvents, Presence, PresenceUpdate, ServerToClientEvents } from '@cotrace/protocol';
import { io, type Socket } from 'socket.io-client';

export type LiveState = 'connecting' | 'online' | 'offline' | 'refused';
export type Trainer = Parameters<ServerToClientEvents['trainers']>[0][number];

/** Replaced as a whole whenever something in it changes: safe to compare by identity. */
export interface LiveSnapshot {
  readonly state: LiveState;
  /** Why the server refused, when it did. */
  readonly reason: string | null;
  readonly presences: readonly Presence[];
  /** Null until the server has told. */
  readonly trainers: readonly Trainer[] | null;
}

export const NOT_CONNECTED: LiveSnapshot = {
  state: 'connecting',
  reason: null,
  presences: [],
  trainers: null,
};

export interface LiveConnection {
  snapshot(): LiveSnapshot;
  subscribe(listener: () => void): () => void;
  on<E extends keyof ServerToClientEvents>(event: E, listener: ServerToClientEvents[E]): () => void;
  /** Called each time the project has been joined: first, and after every gap in which events were lost. */
  onJoined(listener: () => void): () => void;
  /** Dropped when offline: a pointer is worth nothing later. */
  sendPresence(update: PresenceUpdate): void;
  close(): void;
}

export function connectLive(projectId: string): LiveConnection {
  // Same origin, the page's cookie signs in.
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    transports: ['websocket', 'polling'],
  });
  let snapshot = NOT_CONNECTED;
  const changed = new Set<() => void>();
  const joined = new Set<() => void>();
  const update = (patch: Partial<LiveSnapshot>) => {
    snapshot = { ...snapshot, ...patch };
    for (const listener of changed) listener();
  };
  /** Of this page: in a crowd one hears of oneself, too. */
  let ownSessionId: string | undefined;
  const others = (sessionId: string) => snapshot.presences.filter((one) => one.sessionId !== sessionId);

  socket.on('connect', () => {
    socket.emit('join', projectId, (error) => {
      if (error) return update({ state: 'refused', reason: error.message });
      update({ state: 'online', reason: null });
      for (const listener of joined) listener();
    });
  });
  socket.on('disconnect', () => update({ state: 'offline', presences: [] }));
  socket.on('connect_error', (error) => {
    // `active` says whether socket.io tries again by itself; if not, the server refused the sign-in.
    update(socket.active ? { state: 'offline' } : { state: 'refused', reason: error.message });
  });
  socket.on('presences', (all) => update({ presences: all }));
  socket.on('presence', (one) => update({ presences: [...others(one.sessionId), one] }));
  socket.on('moved', (all) => {
    const moved = all.filter(({ sessionId }) => sessionId !== ownSessionId);
    const again = new Set(moved.map(({ sessionId }) => sessionId));
    const stayed = snapshot.presences.filter(({ sessionId }) => !again.has(sessionId));
    update({ presences: [...stayed, ...moved] });
  });
  socket.on('presenceLeft', ({ sessionId }) => update({ presences: others(sessionId) }));
  socket.on('trainers', (trainers) => update({ trainers }));

  return {
    snapshot: () => snapshot,
    subscribe(listener) {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    on(event, listener) {
      socket.on(event, listener as never);
      return () => socket.off(event, listener as never);
    },
    onJoined(listener) {
      joined.add(listener);
      return () => joined.delete(listener);
    },
    sendPresence(presence) {
      ownSessionId = presence.sessionId;
      if (socket.connected) socket.volatile.emit('presence', presence);
    },
    close() {
      changed.clear();
      joined.clear();
      socket.close();
    },
  };
}
