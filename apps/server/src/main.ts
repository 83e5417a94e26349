/** The server's process: reads the settings, builds the parts, starts them, and ends them in the reverse order. */
import { join } from 'node:path';
import { issueSignInToken } from './access/accountHandlers.ts';
import { createFolderBlobStore } from './blobs/folderBlobStore.ts';
import { readConfig } from './config.ts';
import { createServer } from './createServer.ts';
import { openDatabase } from './database/openDatabase.ts';
import { createDemo } from './demo/createDemo.ts';
import { openHome } from './home.ts';
import { checkPort } from './http/port.ts';
import { openWebApp } from './http/webApp.ts';
import { createLog } from './log.ts';
import { StartError } from './startErrors.ts';
import { openStore } from './store/openStore.ts';
import { VERSION } from './version.ts';

const log = createLog();

/** What was opened, to be closed last first. */
const opened: (() => Promise<void>)[] = [];

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const home = await openHome(config.home);
  opened.push(home.release);
  await checkPort(config.port, config.host);
  const [database, web] = await Promise.all([
    openDatabase({ url: config.databaseUrl, home: home.path, log }),
    openWebApp({ port: config.port, log }),
  ]);
  opened.push(database.close);
  const store = openStore(database.url);
  opened.push(store.close);
  const server = await createServer({
    config,
    version: VERSION,
    secret: await home.secret('cookies'),
    store,
    blobs: await createFolderBlobStore(join(home.path, 'blobs')),
    web,
    log,
  });
  opened.push(server.close);
  const token = await issueSignInToken(store.accounts);
  await createDemo({ projects: store.projects, intake: server.intake, log });
  const port = await server.listen(config.port, config.host);
  log.info('serving', { version: VERSION, home: home.path, port, publicUrl: config.publicUrl });
  process.stdout.write(`Cotrace is ready: http://localhost:${port}/sign-in?token=${token}\n`);
}

let stopping = false;
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  // What is half open cannot be closed: a database that is just being started would be left running.
  await Promise.allSettled([starting]);
  for (const close of opened.reverse()) {
    await close().catch((error: unknown) => {
      code = 1;
      log.error('a part of the server did not end well', { error });
    });
  }
  log.info('stopped');
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
const starting = start();
starting.catch((error: unknown) => {
  process.stderr.write(`${error instanceof StartError ? error.message : (error as Error).stack}\n`);
  void stop(1);
});
