/** A TCP line between one person's browser and the server, which can be cut: real sockets die, real connections are refused. */
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './product.ts';

export interface LineToServer extends AsyncDisposable {
  /** What the browser opens instead of the server's own address. */
  readonly origin: string;
  /** `noRooms`: pages and routes work, the rooms of the masks do not. Sockets that are no longer allowed die at once. */
  set(mode: 'open' | 'noRooms' | 'cut'): void;
}

export async function openLine(serverPort: number): Promise<LineToServer> {
  const port = await freePort();
  const sockets = new Map<Socket, { isRoom: boolean; server: Socket | undefined }>();
  let mode: 'open' | 'noRooms' | 'cut' = 'open';

  const allows = (isRoom: boolean) => mode === 'open' || (mode === 'noRooms' && !isRoom);
  const server = createServer((browser) => {
    const line = { isRoom: false, server: undefined as Socket | undefined };
    sockets.set(browser, line);
    browser.on('error', () => browser.destroy());
    browser.on('close', () => {
      line.server?.destroy();
      sockets.delete(browser);
    });
    if (!allows(false)) return browser.destroy();
    browser.once('data', (first) => {
      line.isRoom = first.toString('latin1', 0, 16).startsWith('GET /yjs/');
      if (!allows(line.isRoom)) return browser.destroy();
      const onward = connect(serverPort, 'localhost');
      line.server = onward;
      onward.on('error', () => browser.destroy());
      onward.on('close', () => browser.destroy());
      onward.write(first);
      onward.pipe(browser);
      browser.pipe(onward);
    });
  });
  await new Promise<void>((done) => server.listen(port, 'localhost', done));
  return {
    origin: `http://localhost:${port}`,
    set(wanted) {
      mode = wanted;
      for (const [browser, { isRoom }] of sockets) if (!allows(isRoom)) browser.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const browser of sockets.keys()) browser.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
