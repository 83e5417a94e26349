/** A durable PostgreSQL of one's own that can be frozen, thawed, stopped and started; with the people and masks of a test. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@cotrace/protocol';
import { hashToken } from '../../apps/server/src/access/secrets.ts';
import { type EmbeddedPostgres, startPostgres } from '../../apps/server/src/database/embeddedPostgres.ts';
import { migrate } from '../../apps/server/src/database/migrate.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { tokenOf } from '../../apps/server/src/rooms/testing/memoryAccess.ts';
import { createPrisma, type PrismaClient } from '../../apps/server/src/store/database.ts';
import { atExit, signalIfThere } from './atExit.ts';

export interface FaultDatabase extends AsyncDisposable {
  /** Another port after every start. */
  readonly url: string;
  readonly port: number;
  /** Of the first start only. */
  readonly prisma: PrismaClient;
  readonly projectId: string;
  readonly folder: string;
  /** People who sign in with `token-of-<name>`. Names are unique in a database. */
  addPeople(role: Role, ...names: string[]): Promise<void>;
  /** With labels 1…9; returns its id. */
  addMask(size?: { width: number; height: number }): Promise<string>;
  /** SIGSTOP to all its processes: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const LABELS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

const quiet = createLog(() => {});

/** `folder`: where its files are to lie; a folder of its own below the temporary one unless given. */
export async function startFaultDatabase({
  folder: given,
}: {
  folder?: string;
} = {}): Promise<FaultDatabase> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'cotrace-faults-postgres-')));
  let postgres: EmbeddedPostgres = await startPostgres({ folder, log: quiet });
  let frozen: number[] = [];
  const forget = atExit(() => {
    for (const pid of frozen) signalIfThere(pid, 'SIGKILL');
    signalIfThere(pidOfMain, 'SIGKILL');
  });
  let pidOfMain = await mainPid(folder);
  await migrate(postgres.url, quiet);
  const prisma = createPrisma(postgres.url);
  const project = await prisma.project.create({ data: { name: 'Faults' } });
  let sections = 0;
  const labels = LABELS.map((value) => ({ value, name: `label ${value}`, color: '#ff0000', gray: value }));
  const task = await prisma.task.create({
    // A threshold that no test reaches: painting must not queue training.
    data: { projectId: project.id, name: 'Membrane', position: 0, labels, policy: {} },
  });
  const database: FaultDatabase = {
    get url() {
      return postgres.url;
    },
    get port() {
      return Number(new URL(postgres.url).port);
    },
    prisma,
    projectId: project.id,
    folder,
    async addPeople(role, ...names) {
      for (const name of names) {
        const memberships = { create: { projectId: project.id, role } };
        const tokens = { create: { name: 'faults', hash: hashToken(tokenOf(name)) } };
        await prisma.user.create({
          data: { id: name, name, email: `${name}@example.org`, memberships, tokens },
        });
      }
    },
    async addMask({ width, height } = { width: 300, height: 200 }) {
      const position = sections++;
      const section = await prisma.section.create({
        data: {
          projectId: project.id,
          position,
          name: String(position),
          width,
          height,
          bitDepth: 8,
          original: 'original',
          display: 'display',
          thumbnail: 'thumbnail',
        },
      });
      const mask = await prisma.mask.create({ data: { sectionId: section.id, taskId: task.id } });
      return mask.id;
    },
    async freeze() {
      // The main process first, so that it starts no other meanwhile.
      signalIfThere(pidOfMain, 'SIGSTOP');
      frozen = [pidOfMain, ...(await childrenOf(pidOfMain))];
      for (const pid of frozen) signalIfThere(pid, 'SIGSTOP');
    },
    async thaw() {
      for (const pid of frozen.splice(0).reverse()) signalIfThere(pid, 'SIGCONT');
    },
    stop: () => postgres.stop(),
    async start() {
      postgres = await startPostgres({ folder, log: quiet });
      pidOfMain = await mainPid(folder);
    },
    async [Symbol.asyncDispose]() {
      await database.thaw();
      await prisma.$disconnect();
      await postgres.stop();
      forget();
      if (given === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
  return database;
}

async function mainPid(folder: string): Promise<number> {
  const [pid] = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map((pid) =>
      // `pid (name) state ppid …`; processes end while they are being read.
      readFile(`/proc/${pid}/stat`, 'utf8').then(
        (text) => Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]),
        () => -1,
      ),
    ),
  );
  return pids.filter((_, i) => parents[i] === parent);
}
