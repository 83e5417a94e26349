/** The one folder that holds all state: made, checked and held against a second server. Knows not what lies in it. */
import { createHash, randomBytes } from 'node:crypto';
import { access, constants, mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reasonOf, startError } from './startErrors.ts';

/** A database, its log and some images: less than this is not worth starting for. */
const WANTED_BYTES = 300e6;

/** Longest path that every system takes for a socket. */
const MAX_SOCKET_PATH = 100;

export interface Home {
  path: string;
  /** A random text that is the same at every start. */
  secret(name: string): Promise<string>;
  release(): Promise<void>;
}

/** @throws StartError HOME_NOT_WRITABLE, HOME_LOCKED, DISK_FULL */
export async function openHome(path: string): Promise<Home> {
  try {
    await makeFolder(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw startError('HOME_NOT_WRITABLE', { home: path, reason: reasonOf(error) }, error);
  }
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  if (free < WANTED_BYTES) {
    throw startError('DISK_FULL', {
      path,
      wantedMb: WANTED_BYTES / 1e6,
      freeMb: Math.floor(free / 1e6),
    });
  }
  const lock = await holdLock(path);
  return {
    path,
    secret: (name) => readSecret(join(path, 'secrets'), name),
    release: lock.release,
  };
}

/** With its parents. Node's own recursive mkdir never ends where the system forbids new folders by ENOENT (/proc). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await exists(parent))) throw error;
    await makeFolder(parent);
    await mkdir(path, { mode: 0o700 });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readSecret(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // "wx": made once; whoever comes second reads what is there.
  await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return readFile(file, 'utf8');
}

/**
 * The lock is a listening socket: unlike a file with a process number, it cannot outlive its process, nor be mistaken
 * for a number that the system has given away again.
 */
async function holdLock(home: string): Promise<{ release(): Promise<void> }> {
  const path = socketPath(home);
  if (await answers(path)) throw startError('HOME_LOCKED', { home });
  await rm(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(path, done);
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw startError('HOME_LOCKED', { home });
    throw startError('HOME_NOT_WRITABLE', { home, reason: reasonOf(error) }, error);
  });
  return { release: () => new Promise((done) => server.close(() => done())) };
}

function socketPath(home: string): string {
  const inside = join(home, 'server.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH) return inside;
  const short = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return join(tmpdir(), `cotrace-${short}.sock`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
