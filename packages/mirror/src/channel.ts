/**
 * What rank 0 and the process that started the ranks tell one another: JSON, a line each, over a socket in a folder of
 * this machine. When the starter dies, the socket closes, and so ends the job.
 */
import { createConnection, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface Channel<Sent, Heard> {
  post(message: Sent): Promise<void>;
  onMessage(listener: (message: Heard) => void): void;
  onClosed(listener: () => void): void;
  close(): void;
}

function overSocket<Sent, Heard>(socket: Socket): Channel<Sent, Heard> {
  const lines = createInterface({ input: socket });
  // Whatever breaks a socket closes it; `onClosed` tells.
  socket.on('error', () => undefined);
  lines.on('error', () => undefined);
  return {
    post: (message) =>
      new Promise((resolve) => {
        socket.write(`${JSON.stringify(message)}\n`, () => resolve());
      }),
    onMessage: (listener) => void lines.on('line', (line) => listener(JSON.parse(line) as Heard)),
    onClosed: (listener) => void socket.on('close', listener),
    close: () => void socket.end(),
  };
}

/** Waits at `path` for the one that is to call. */
export async function awaitCaller<Sent, Heard>(
  path: string,
  onCaller: (channel: Channel<Sent, Heard>) => void,
): Promise<{ close(): void }> {
  const server = createServer((socket) => {
    server.close();
    onCaller(overSocket(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return { close: () => void server.close() };
}

/** @throws when nobody listens there */
export function callStarter<Sent, Heard>(path: string): Promise<Channel<Sent, Heard>> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => resolve(overSocket(socket)));
    socket.once('error', reject);
  });
}
