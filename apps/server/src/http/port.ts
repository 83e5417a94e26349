/** The port that the server listens at: tried before anything else is opened, then taken. Knows no route. */
import { createServer, type Server } from 'node:net';
import { startError } from '../startErrors.ts';

/** Resolves when it listens. @throws StartError PORT_TAKEN, PORT_FORBIDDEN */
export async function listenAt(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    // No host: both kinds of addresses, so that "localhost" finds it whichever it means.
    server.listen({ port, ...(host ? { host } : {}) }, done);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw startError('PORT_TAKEN', { port }, error);
    throw startError('PORT_FORBIDDEN', { port, host, reason: error.code ?? error.message }, error);
  });
}

/** Whoever chose a port that is taken hears of it at once, not after a database was made. */
export async function checkPort(port: number, host: string): Promise<void> {
  const probe = createServer();
  await listenAt(probe, port, host);
  await new Promise<void>((done) => probe.close(() => done()));
}
