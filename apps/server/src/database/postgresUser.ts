/** As whom PostgreSQL's programs run: oneself, or, since they refuse root, an account made for them. Starts no server. */

import type { ChildProcess } from 'node:child_process';
import { execFile, type SpawnOptions, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { reasonOf, startError } from '../startErrors.ts';

const execute = promisify(execFile);
const ACCOUNT = 'postgres';

export interface PostgresUser {
  /** Undefined: oneself. */
  ids: { uid: number; gid: number } | undefined;
  spawn(command: string, args: string[], options: SpawnOptions): ChildProcess;
}

/**
 * `folders`: what the account must be able to enter. Below a closed folder such as /root it cannot; then it is given
 * that one ability of root's, to pass by file permissions, and no other.
 * @throws StartError POSTGRES_NEEDS_USER
 */
export async function choosePostgresUser(folders: string[]): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { ids: undefined, spawn };
  const ids = await accountIds();
  const reachable = (await Promise.all(folders.map((folder) => mayEnter(folder, ids)))).every(Boolean);
  if (reachable)
    return { ids, spawn: (command, args, options) => spawn(command, args, { ...options, ...ids }) };
  await execute('setpriv', ['--version']).catch((error: unknown) => {
    const reason = `the account "${ACCOUNT}" cannot enter ${folders.join(' or ')}, and there is no setpriv`;
    throw startError('POSTGRES_NEEDS_USER', { reason }, error);
  });
  const become = [
    `--reuid=${ids.uid}`,
    `--regid=${ids.gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
  ];
  return {
    ids,
    spawn: (command, args, options) => spawn('setpriv', [...become, command, ...args], options),
  };
}

async function accountIds(): Promise<{ uid: number; gid: number }> {
  const ask = async (flag: string) => Number((await execute('id', [flag, ACCOUNT])).stdout);
  try {
    return { uid: await ask('-u'), gid: await ask('-g') };
  } catch {
    // No such account yet: make it.
    try {
      await execute('useradd', ['--system', '--user-group', '--no-create-home', ACCOUNT]);
      return { uid: await ask('-u'), gid: await ask('-g') };
    } catch (error) {
      throw startError('POSTGRES_NEEDS_USER', { reason: reasonOf(error) }, error);
    }
  }
}

async function mayEnter(folder: string, ids: { uid: number; gid: number }): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path);
    const bit = uid === ids.uid ? 0o100 : gid === ids.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
