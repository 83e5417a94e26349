/** The built web application inside this process: one port, one cookie. Knows nothing of what its pages show. */
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import next from 'next';
import type { Log } from '../log.ts';

const FOLDER = resolve(import.meta.dirname, '../../../web');

export interface WebApp {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Undefined, and a line in the log, when it was not built: REST and rooms work without it. */
export async function openWebApp(options: { port: number; log: Log }): Promise<WebApp | undefined> {
  if (!existsSync(join(FOLDER, '.next', 'BUILD_ID'))) {
    options.log.warn('no pages are served: the web application is not built. Build it with npm start.');
    return undefined;
  }
  const app = next({ dev: false, dir: FOLDER, port: options.port, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}
