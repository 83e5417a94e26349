/**
 * Events to open pages over socket.io: people sign in with their cookie or a token, join the projects that they may read,
 * and see where the others are. Keeps nothing: whoever reconnects asks REST again.
 */
import type { Server as HttpServer, IncomingHttpHeaders } from 'node:http';
import {
  type ClientToServerEvents,
  ERRORS,
  may,
  ProtocolError,
  type ServerToClientEvents,
} from '@cotrace/protocol';
import { type DefaultEventsMap, Server, type Socket } from 'socket.io';
import type { Access, Actor } from '../access/access.ts';
import type { Log } from '../log.ts';
import { PRESENCE_RATE } from '../rooms/presence.ts';
import { createRateLimit } from '../rooms/rateLimit.ts';
import { createCrowd } from './crowd.ts';
import type { LiveEvents } from './liveEvents.ts';
import { createPresences, presenceUpdate } from './presences.ts';

interface SocketState {
  actor: Actor;
  /** What it signed in with. */
  headers: IncomingHttpHeaders;
  /** Projects that it follows, the latest last: that is where its pointer is. */
  projects: Set<string>;
  /** The editing session of its page, and the project where it was last seen. */
  seen: { projectId: string; sessionId: string } | undefined;
  /** Counts role changes: what was looked up before one is not believed after it. */
  roleRevision: number;
}

type LiveSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketState>;

/** Pages send some hundred bytes at a time. */
const MAX_MESSAGE_BYTES = 64 * 1024;

const roomOf = (projectId: string) => `project:${projectId}`;

export function createLiveEvents({
  httpServer,
  access,
  log,
}: {
  httpServer: HttpServer;
  access: Access;
  log: Log;
}): LiveEvents & { close(): Promise<void> } {
  const io = new Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketState>(
    httpServer,
    {
      // Otherwise it ends every upgrade that is not its own after a second, the mask rooms' too.
      destroyUpgrade: false,
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
    },
  );
  const presences = createPresences();
  const crowd = createCrowd((projectId, moves) => {
    io.to(roomOf(projectId)).volatile.emit('moved', moves);
  });

  io.use(async (socket, next) => {
    try {
      const token: unknown = socket.handshake.auth.token;
      const { headers: sent } = socket.request;
      const headers = typeof token === 'string' ? { ...sent, authorization: `Bearer ${token}` } : sent;
      const actor = await access.signIn({ headers });
      if (actor === undefined) throw new ProtocolError('NOT_SIGNED_IN');
      socket.data = { actor, headers, projects: new Set(), seen: undefined, roleRevision: 0 };
      next();
    } catch (error) {
      const { code, message } = told(error);
      next(Object.assign(new Error(message), { data: { code, message } }));
    }
  });

  io.on('connection', (socket) => {
    const mayMove = createRateLimit(PRESENCE_RATE);
    socket.on('join', (projectId, answer) => {
      if (typeof projectId !== 'string' || typeof answer !== 'function') return;
      join(socket, projectId).then(
        () => answer(null),
        (error) => answer(told(error)),
      );
    });
    socket.on('leave', (projectId) => leave(socket, projectId));
    socket.on('presence', (update) => {
      if (mayMove()) move(socket, update);
    });
    socket.on('disconnect', () => {
      for (const projectId of [...socket.data.projects]) leave(socket, projectId);
    });
  });

  const join = async (socket: LiveSocket, projectId: string) => {
    const state = socket.data;
    for (let revision = -1; revision !== state.roleRevision; ) {
      revision = state.roleRevision;
      await access.require(state.actor, projectId, 'project.read');
    }
    if (!socket.connected) return;
    state.projects.delete(projectId);
    state.projects.add(projectId);
    await socket.join(roomOf(projectId));
    socket.emit('presences', presences.of(projectId));
  };

  const leave = (socket: LiveSocket, projectId: string) => {
    if (!socket.data.projects.delete(projectId)) return;
    void socket.leave(roomOf(projectId));
    if (socket.data.seen?.projectId === projectId) forget(socket);
  };

  const move = (socket: LiveSocket, update: unknown) => {
    const { actor, projects, seen } = socket.data;
    const parsed = presenceUpdate.safeParse(update);
    const projectId = [...projects].at(-1);
    if (!parsed.success || projectId === undefined) return;
    const { sessionId } = parsed.data;
    if (seen !== undefined && (seen.projectId !== projectId || seen.sessionId !== sessionId)) forget(socket);
    socket.data.seen = { projectId, sessionId };
    const presence = { ...parsed.data, userId: actor.userId, name: actor.name, color: actor.color };
    presences.put(projectId, presence);
    const people = io.of('/').adapter.rooms.get(roomOf(projectId))?.size ?? 0;
    if (crowd.moved(projectId, presence, people)) return;
    socket.to(roomOf(projectId)).volatile.emit('presence', presence);
  };

  /** Takes the socket's presence back, unless its page is here a second time: one that has reconnected. */
  const forget = (socket: LiveSocket) => {
    const { seen, actor } = socket.data;
    socket.data.seen = undefined;
    if (seen === undefined) return;
    const { projectId, sessionId } = seen;
    for (const other of io.of('/').sockets.values()) {
      const { seen: othersSeen, actor: othersActor } = other.data;
      const isSame = othersSeen?.projectId === projectId && othersSeen.sessionId === sessionId;
      if (isSame && othersActor.userId === actor.userId) return;
    }
    const who = { userId: actor.userId, sessionId };
    presences.remove(projectId, who);
    crowd.left(projectId, who);
    io.to(roomOf(projectId)).emit('presenceLeft', who);
  };

  const stopListening = access.onRoleChange(({ userId, projectId, role }) => {
    for (const socket of io.of('/').sockets.values()) {
      if (socket.data.actor.userId !== userId) continue;
      socket.data.roleRevision++;
      if (may(role, 'project.read') || !socket.data.projects.has(projectId)) continue;
      leave(socket, projectId);
      // The page asks again, and is told what has become of it.
      socket.emit('changed', { kind: 'project' });
    }
  });

  const stopWatching = access.onSignOut((userId) => {
    for (const socket of io.of('/').sockets.values()) {
      if (socket.data.actor.userId === userId) void endUnlessSignedIn(socket);
    }
  });

  const endUnlessSignedIn = async (socket: LiveSocket) => {
    try {
      if (await access.signIn({ headers: socket.data.headers })) return;
    } catch (error) {
      told(error); // nobody can be asked: whoever is still signed in connects again
    }
    socket.disconnect(true);
  };

  const told = (error: unknown) => {
    if (error instanceof ProtocolError) return { code: error.code, message: error.message };
    log.error('Live events: a socket could not be served', { error });
    return { code: 'INTERNAL', message: ERRORS.INTERNAL[1] };
  };

  return {
    emit(projectId, event, ...payload) {
      io.to(roomOf(projectId)).emit(event, ...payload);
    },
    async close() {
      stopListening();
      stopWatching();
      crowd.close();
      io.disconnectSockets(true);
      // The http server is its owner's to close.
      await io.of('/').adapter.close();
      io.engine.close();
    },
  };
}
