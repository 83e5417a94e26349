/**
 * The server as the fault tests start it, a process of its own: rooms, access and stores are the product's, pages and trainer
 * are left out. Loads its code first and serves when told, so that the next one can stand by while the last is being killed.
 *
 * argv[2] is a ServerOptions as JSON; the parent speaks over Node's IPC channel, and the process ends with it.
 */
import { createServer } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { join } from 'node:path';
import type { Accounts } from '../../apps/server/src/access/accounts.ts';
import { createAccess } from '../../apps/server/src/access/createAccess.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { Connection } from '../../apps/server/src/rooms/connection.ts';
import { createRooms } from '../../apps/server/src/rooms/createRooms.ts';
import { Room } from '../../apps/server/src/rooms/room.ts';
import { openStore } from '../../apps/server/src/store/openStore.ts';
import type { FromServer, Leak, ServerOptions, ToServer } from './serverProcess.ts';

const options = JSON.parse(process.argv[2]!) as ServerOptions;
const log = createLog();
const tell = (message: FromServer) => process.send!(message);

async function serveRooms(port: number): Promise<number> {
  const store = openStore(options.databaseUrl);
  // People come with tokens here; cookies need the whole server.
  const accounts = { userOfCookie: async () => undefined } as unknown as Accounts;
  const access = createAccess({ store: store.accounts, accounts, trainerToken: options.home });
  const rooms = createRooms({ store: store.rooms, access, log, limits: options.limits ?? {} });
  const http = createServer((_request, response) => response.writeHead(404).end());
  http.on('upgrade', (request, socket, head) => rooms.handleUpgrade(request, socket, head));
  if (options.leak !== undefined) leak(options.leak);
  return listen(http, port);
}

/** Something that outlives them listens to rooms that were let go, or to sockets that are closed. */
function leak(kept: Leak): void {
  process.setMaxListeners(0);
  const { destroy } = Room.prototype;
  const { enter } = Connection.prototype;
  if (kept === 'rooms') {
    Room.prototype.destroy = function (this: Room) {
      process.on('beforeExit', () => this.destroy());
      destroy.call(this);
    };
  } else {
    Connection.prototype.enter = function (this: Connection) {
      process.on('beforeExit', () => this.heartbeat());
      return enter.call(this);
    };
  }
}

async function serveWhole(port: number): Promise<number> {
  const { createServer: createWhole } = await import('../../apps/server/src/createServer.ts');
  const { createFolderBlobStore } = await import('../../apps/server/src/blobs/folderBlobStore.ts');
  const server = await createWhole({
    config: {
      publicUrl: 'http://localhost:4680',
      trainerToken: 'the-trainers-own-token',
      home: options.home,
    },
    version: '0.0.0',
    secret: 'a secret of thirty-two characters',
    store: openStore(options.databaseUrl),
    blobs: await createFolderBlobStore(join(options.home, 'blobs')),
    web: undefined,
    log,
  });
  return server.listen(port, '127.0.0.1');
}

async function listen(http: NetServer, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  return (http.address() as AddressInfo).port;
}

/** What one collection lets go of may be what holds the next: a turn of the loop between them lets it end. */
async function measure(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  tell({ kind: 'measured', rss, heapUsed, external, cpuMs: (user + system) / 1000 });
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToServer) => {
  switch (message.kind) {
    case 'serve':
      (options.whole ? serveWhole : serveRooms)(message.port).then(
        (port) => tell({ kind: 'serving', port }),
        (error: Error) => {
          process.stderr.write(`${error.stack}\n`);
          process.exit(1);
        },
      );
      return;
    case 'measure':
      void measure();
  }
});
if (options.whole) await import('../../apps/server/src/createServer.ts');
tell({ kind: 'loaded' });
