/** Mask rooms behind a real http server on a free port, with a store and people in memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createLog } from '../../log.ts';
import { createRooms } from '../createRooms.ts';
import type { RoomLimits } from '../roomLimits.ts';
import type { RoomStore } from '../roomStore.ts';
import type { Painted, Rooms } from '../rooms.ts';
import { createMemoryAccess, type MemoryAccess } from './memoryAccess.ts';
import { createMemoryRoomStore, type MemoryRoomStore } from './memoryRoomStore.ts';

export interface RoomServer<S extends RoomStore = MemoryRoomStore> extends AsyncDisposable {
  /** ws://… */
  readonly origin: string;
  readonly rooms: Rooms;
  readonly store: S;
  readonly access: MemoryAccess;
  readonly painted: Painted[];
  /** The server's ends of all sockets so far. */
  readonly sockets: Duplex[];
  /** Lines of the log. */
  readonly lines: string[];
}

interface Options {
  limits?: Partial<RoomLimits>;
  /** Of a server before it; any free one unless given. */
  port?: number;
  /** Milliseconds: when a session was written in last. */
  now?: () => number;
}

/** The store holds the mask `mask` unless another store is given. */
export async function startRoomServer(options?: Options): Promise<RoomServer>;
export async function startRoomServer<S extends RoomStore>(
  options: Options & { store: S },
): Promise<RoomServer<S>>;
export async function startRoomServer({
  limits = {},
  port = 0,
  store,
  now = Date.now,
}: Options & { store?: RoomStore } = {}): Promise<RoomServer<RoomStore>> {
  const memory = createMemoryRoomStore();
  memory.addMask({ maskId: 'mask' });
  const used = store ?? memory;
  const access = createMemoryAccess();
  for (const name of ['anna', 'bert']) access.setRole(name, 'annotator');
  access.setRole('vera', 'viewer');
  const lines: string[] = [];
  const painted: Painted[] = [];
  const rooms = createRooms({
    store: used,
    access,
    log: createLog((line) => lines.push(line)),
    // Every commit is told, so that a test can count on it.
    limits: { paintedMs: 0, ...limits },
    now,
  });
  rooms.onPainted((told) => painted.push(told));
  const server = createServer();
  const sockets: Duplex[] = [];
  server.on('upgrade', (request, socket, head) => {
    sockets.push(socket);
    rooms.handleUpgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rooms,
    store: used,
    access,
    painted,
    sockets,
    lines,
    async [Symbol.asyncDispose]() {
      await rooms.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
