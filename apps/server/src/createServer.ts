/** Puts the areas of the server together. Returns without listening, so that a test can use port 0. */
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROOM_PATH } from '@cotrace/protocol';
import express from 'express';
import type { Access } from './access/access.ts';
import { createAccountHandlers } from './access/accountHandlers.ts';
import { createAccounts } from './access/accounts.ts';
import { createAccess } from './access/createAccess.ts';
import type { BlobStore } from './blobs/blobStore.ts';
import type { Config } from './config.ts';
import { createExports } from './exports/exportHandlers.ts';
import { fillApp } from './http/createApp.ts';
import { createHealthHandlers } from './http/health.ts';
import { listenAt } from './http/port.ts';
import type { WebApp } from './http/webApp.ts';
import type { Clock } from './jobs/clock.ts';
import { createJobs } from './jobs/createJobs.ts';
import { createLiveEvents } from './live/createLiveEvents.ts';
import type { Log } from './log.ts';
import { createMaskHandlers } from './masks/maskHandlers.ts';
import { createMaskHistory } from './masks/maskHistory.ts';
import { createInvitationHandlers } from './projects/invitationHandlers.ts';
import { createPeopleHandlers } from './projects/peopleHandlers.ts';
import { createProjectHandlers } from './projects/projectHandlers.ts';
import { createRooms } from './rooms/createRooms.ts';
import type { Rooms } from './rooms/rooms.ts';
import { clearUploads } from './sections/importUpload.ts';
import { createSectionHandlers, uploadFolder } from './sections/sectionHandlers.ts';
import { createSectionIntake, type SectionIntake } from './sections/sectionIntake.ts';
import type { Store } from './store/openStore.ts';

export interface ServerParts {
  config: Pick<Config, 'publicUrl' | 'trainerToken' | 'home'>;
  version: string;
  /** Signs the cookies. */
  secret: string;
  store: Store;
  blobs: BlobStore;
  web: WebApp | undefined;
  log: Log;
  clock?: Clock;
}

export interface CotraceServer {
  rooms: Rooms;
  intake: SectionIntake;
  /** Resolves with the port. @throws StartError PORT_TAKEN, PORT_FORBIDDEN */
  listen(port: number, host: string): Promise<number>;
  /** What is applied is written, what is asked is answered; then the sockets close. */
  close(): Promise<void>;
}

export async function createServer(parts: ServerParts): Promise<CotraceServer> {
  const { config, store, blobs, log, web } = parts;
  const { publicUrl, home } = config;
  const accounts = createAccounts({
    database: store.auth,
    secret: parts.secret,
    publicUrl,
    onSessionEnded: (userId) => access.signedOut(userId),
    log,
  });
  const access: Access = createAccess({ store: store.accounts, accounts, trainerToken: config.trainerToken });
  const app = express();
  const httpServer = createHttpServer(app);
  const live = createLiveEvents({ httpServer, access, log });
  const rooms = createRooms({ store: store.rooms, access, log });
  const clock = parts.clock ? { clock: parts.clock } : {};
  const history = createMaskHistory(store.history);
  const jobs = createJobs({ store: store.jobs, rooms, history, blobs, live, log, ...clock });
  /** Paint that is being counted: it is waited for before the database is let go. */
  const counting = new Set<Promise<void>>();
  rooms.onPainted((painted) => {
    const work = jobs
      .painted(painted)
      .catch((error: unknown) => log.error('paint was not counted', { painted, error }))
      .finally(() => counting.delete(work));
    counting.add(work);
  });
  await clearUploads(uploadFolder(home));
  const intake = createSectionIntake({ store: store.sections, blobs, rooms });
  const exports = await createExports({ store: store.exports, blobs, rooms, live, log });
  const people = { accounts, access, live, publicUrl };
  fillApp(app, {
    access,
    accounts,
    publicUrl,
    version: parts.version,
    web,
    log,
    handlers: {
      ...createHealthHandlers({
        version: parts.version,
        ping: store.accounts.ping,
        trainers: () => jobs.trainers(),
      }),
      ...createAccountHandlers({ store: store.accounts, accounts, access }),
      ...createInvitationHandlers({ store: store.invitations, ...people }),
      ...createProjectHandlers({ store: store.projects, access, blobs, rooms, live, log }),
      ...createPeopleHandlers({ store: store.projects, access, live }),
      ...createSectionHandlers({
        store: store.sections,
        projects: store.projects,
        intake,
        blobs,
        live,
        home,
      }),
      ...createMaskHandlers({ store: store.history, history, rooms }),
      ...jobs.handlers,
      ...exports.handlers,
    },
  });
  httpServer.on('upgrade', (request, socket, head) => {
    const path = request.url ?? '';
    if (path.startsWith(`${ROOM_PATH}/`)) rooms.handleUpgrade(request, socket, head);
    else if (!path.startsWith('/socket.io/')) socket.destroy();
  });

  return {
    rooms,
    intake,
    async listen(port, host) {
      await listenAt(httpServer, port, host);
      jobs.start();
      return (httpServer.address() as AddressInfo).port;
    },
    async close() {
      const closed = new Promise<void>((done) => httpServer.close(() => done()));
      await jobs.close();
      await exports.close();
      await rooms.close();
      await Promise.all(counting);
      await live.close();
      httpServer.closeIdleConnections();
      // A page that holds a request open must not hold the whole server.
      const timer = setTimeout(() => httpServer.closeAllConnections(), 2000);
      await closed;
      clearTimeout(timer);
      await web?.close();
    },
  };
}
