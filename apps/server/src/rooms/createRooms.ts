/** The mask rooms of one server process: sockets in, committed paint out. Builds the parts and owns their end. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Size } from '@cotrace/mask';
import { MaskDocError } from '@cotrace/mask-doc';
import { CLOSE, MAX_ROOM_FRAME_BYTES, ProtocolError } from '@cotrace/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import * as Y from 'yjs';
import type { Access } from '../access/access.ts';
import type { Log } from '../log.ts';
import { type Area, areasOfPlane, areaUpdates } from './areaUpdates.ts';
import { createCommitLog } from './commitLog.ts';
import { Connection } from './connection.ts';
import { createFolder } from './folds/folder.ts';
import { refusedFrame } from './frames.ts';
import { startHeadPoll } from './headPoll.ts';
import { createPaintedNews } from './paintedNews.ts';
import { closeReason, refusalOf } from './refusal.ts';
import { ROOM_LIMITS, type RoomLimits } from './roomLimits.ts';
import { createRoomRegistry } from './roomRegistry.ts';
import type { RoomStore } from './roomStore.ts';
import type { Rooms } from './rooms.ts';
import { claimSession } from './sessions.ts';

export interface RoomsParts {
  readonly store: RoomStore;
  readonly access: Access;
  readonly log: Log;
  readonly limits?: Partial<RoomLimits>;
  /** Milliseconds: when a session was written in last. */
  readonly now?: () => number;
}

/** ws closes a frame that is too large with 1009, on which y-websocket would come back and send it again. */
class RoomSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer) {
    if (code !== 1009) return super.close(code, reason);
    const body = refusalOf(
      new MaskDocError('UPDATE_TOO_LARGE', `a frame above ${MAX_ROOM_FRAME_BYTES} bytes`),
    );
    this.send(refusedFrame(body).message);
    super.close(CLOSE.frameTooLarge, closeReason(body));
  }
}

export function createRooms({ store, access, log, limits: wanted, now = Date.now }: RoomsParts): Rooms {
  const limits = { ...ROOM_LIMITS, ...wanted };
  const connections = new Set<Connection>();
  const news = createPaintedNews({ log, paintedMs: limits.paintedMs });
  let isClosing = false;

  const commits = createCommitLog({
    store,
    log,
    limits,
    onCommitted(committed) {
      const room = registry.find(committed.mask.maskId);
      if (room !== undefined) folder.committed(room);
      news.committed(committed);
    },
  });
  const registry = createRoomRegistry({
    store,
    commits,
    log,
    limits,
    beforeUnload: (room) => folder.beforeUnload(room),
  });
  const folder = createFolder({ store, commits, registry, log, limits, now });
  const poll = startHeadPoll({ registry, folder, store, commits, log, pollMs: limits.pollMs });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_ROOM_FRAME_BYTES,
    perMessageDeflate: false,
    WebSocket: RoomSocket,
  });

  const stopListening = access.onRoleChange(({ userId, projectId, role }) => {
    for (const connection of connections) void connection.roleChanged(userId, projectId, role);
  });
  const stopWatching = access.onSignOut((userId) => {
    for (const connection of connections) void connection.signedOut(userId);
  });
  const heart = setInterval(() => {
    for (const connection of connections) connection.heartbeat();
  }, limits.heartbeatMs);
  heart.unref();

  const renewLabels = async (taskId: string) => {
    for (const room of registry.loaded()) {
      if (room.row.taskId !== taskId) continue;
      const row = await store.findMask(room.row.maskId);
      if (row !== undefined) room.renew(row);
    }
  };

  const accept = (webSocket: WebSocket, request: IncomingMessage, stream?: Duplex) => {
    if (isClosing) return webSocket.close(CLOSE.comeBack);
    const connection = new Connection(
      webSocket,
      request,
      { registry, folder, store, access, log, limits },
      (gone) => connections.delete(gone),
      stream,
    );
    connections.add(connection);
    void connection.enter();
  };

  const paint = async (
    maskId: string,
    { sessionId, userId, countsAsNew }: Parameters<Rooms['paintAreas']>[1],
    areasFor: (size: Size) => Iterable<Area>,
  ) => {
    const { room, release } = await registry.open(maskId);
    const doc = new Y.Doc();
    room.planesUnderWay++;
    try {
      const areas = areasFor(room.row);
      await claimSession(room, store, { sessionId, clientId: doc.clientID, userId, mayPaint: true });
      const first = {
        sessionId,
        strokeId: room.greatestStrokeId(sessionId) + 1,
        lamport: room.greatestLamport + 1,
      };
      // One update at a time: a large plane leaves the others' strokes room between its commits.
      for (const update of areaUpdates(doc, areas, first)) {
        await room.apply(sessionId, update, { countsAsNew }).committed;
      }
    } finally {
      room.planesUnderWay--;
      doc.destroy();
      release();
    }
  };

  return {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      sockets.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, request, socket));
    },

    accept: (webSocket, request) => accept(webSocket, request),

    async labels(maskId) {
      const { room, release } = await registry.open(maskId);
      try {
        const { width, height, epoch } = room.row;
        // A room that has been loaded for a while may lack what another server has just committed.
        const [told] = await store.heads([maskId]);
        if (told?.epoch === epoch) await room.catchUp(told.head);
        const values = room.mask.composition.toLabels();
        if (commits.isAway && commits.isPending(maskId)) throw new ProtocolError('DATABASE_UNAVAILABLE');
        // What was applied when the pixels were read is committed when they are handed out.
        await commits.settled(maskId);
        return { width, height, values };
      } finally {
        release();
      }
    },

    async paintPlane(maskId, sessionId, values, { countsAsNew }) {
      await paint(maskId, { sessionId, userId: null, countsAsNew }, (size) => {
        if (values.length === size.width * size.height) return areasOfPlane(values, size);
        const expected = `${size.width} x ${size.height} label values`;
        throw new ProtocolError('BAD_REQUEST', `Expected ${expected}, got ${values.length}.`);
      });
    },

    paintAreas: (maskId, by, areas) => paint(maskId, by, () => areas),

    onPainted: news.listen,

    labelsChanged(taskId) {
      renewLabels(taskId).catch((error) => log.error('Label table not read anew', { taskId, error }));
    },

    async close() {
      isClosing = true;
      stopListening();
      stopWatching();
      clearInterval(heart);
      poll.stop();
      const folded = folder.close();
      // Applied paint is committed and acknowledged before anybody is sent away.
      await commits.close();
      for (const room of registry.loaded()) room.relay.flush();
      news.close();
      await folded;
      const closing = [...connections];
      for (const connection of closing) connection.end(CLOSE.comeBack);
      await Promise.all(closing.map((connection) => connection.closed(limits.closeMs)));
      sockets.close();
    },
  };
}
