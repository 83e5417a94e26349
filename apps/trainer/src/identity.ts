/**
 * Who this trainer is, over restarts: the server frees what a trainer held as soon as the same one asks again. Several
 * trainers on one machine take the first identity that no living process holds.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrainerError } from './errors.ts';

export interface Identity {
  trainerId: string;
  /** Synchronous: the last thing that a process does. */
  release(): void;
}

/** @throws TrainerError HOME_NOT_WRITABLE */
export async function takeIdentity(folder: string): Promise<Identity> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let slot = 0; ; slot += 1) {
      const held = join(folder, `trainer-${slot}.pid`);
      if (!(await hold(held))) continue;
      const trainerId = await readOrMake(join(folder, `trainer-${slot}.id`));
      return { trainerId, release: () => rmSync(held, { force: true }) };
    }
  } catch (error) {
    throw new TrainerError('HOME_NOT_WRITABLE', `${folder}: ${(error as Error).message}`, error);
  }
}

async function hold(path: string): Promise<boolean> {
  const holder = Number(await readFile(path, 'utf8').catch(ifMissing));
  if (holder !== process.pid && holder > 0 && isAlive(holder)) return false;
  await rm(path, { force: true });
  return createNew(path, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readOrMake(path: string): Promise<string> {
  await createNew(path, randomUUID());
  return readFile(path, 'utf8');
}

/** False where it is there already. */
const createNew = (path: string, text: string): Promise<boolean> =>
  writeFile(path, text, { flag: 'wx', mode: 0o600 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );

function ifMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
