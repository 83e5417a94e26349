/** Cotrace's server as `npm start` composes it, on a database that is already there; only the pages and the trainer are left out. */
import { join } from 'node:path';
import { OWNER } from '../../../../apps/server/src/access/accountHandlers.ts';
import { hashToken, newToken } from '../../../../apps/server/src/access/secrets.ts';
import { createFolderBlobStore } from '../../../../apps/server/src/blobs/folderBlobStore.ts';
import { createServer } from '../../../../apps/server/src/createServer.ts';
import { createLog } from '../../../../apps/server/src/log.ts';
import { defaultPolicy } from '../../../../apps/server/src/projects/standardTasks.ts';
import { createPrisma, type PrismaClient } from '../../../../apps/server/src/store/database.ts';
import { openStore } from '../../../../apps/server/src/store/openStore.ts';
import { answerCalls } from '../processes.ts';
import { LABELS, MASK_SIDE } from '../strokes.ts';
import type { ServerCalls } from './serverCalls.ts';
import { tellingUsage } from './usage.ts';

let prisma: PrismaClient | undefined;
let taskId = '';
let projectId = '';
let made = 0;

async function listen({ databaseUrl, folder: home }: { databaseUrl: string; folder: string }) {
  prisma = createPrisma(databaseUrl);
  const store = openStore(databaseUrl);
  const config = { publicUrl: 'http://localhost', trainerToken: newToken(), home };
  const server = await createServer({
    config,
    version: '0.0.0',
    secret: newToken(),
    store,
    blobs: await createFolderBlobStore(join(home, 'blobs')),
    web: undefined,
    log: createLog(),
  });
  await store.accounts.ensureUser({ ...OWNER });
  const token = newToken();
  await store.accounts.createToken({ userId: OWNER.id, name: 'bench', hash: hashToken(token) });
  await makeProject(prisma);
  return { origin: `ws://127.0.0.1:${await server.listen(0, '127.0.0.1')}`, token };
}

async function makeProject(database: PrismaClient): Promise<void> {
  const project = await database.project.create({
    data: { name: 'Bench', memberships: { create: { userId: OWNER.id, role: 'owner' } } },
  });
  const labels = LABELS.map((value) => ({ value, name: `label ${value}`, color: '#ff0000', gray: value }));
  const task = await database.task.create({
    data: { projectId: project.id, name: 'Bench', position: 0, labels, policy: defaultPolicy() },
  });
  projectId = project.id;
  taskId = task.id;
}

/** Masks of sections that have no image: nobody looks at one here. */
function makeDocuments({ count }: { count: number }): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const position = made++;
      const section = await prisma!.section.create({
        data: {
          projectId,
          position,
          name: String(position),
          width: MASK_SIDE,
          height: MASK_SIDE,
          bitDepth: 8,
          original: 'original',
          display: 'display',
          thumbnail: 'thumbnail',
        },
      });
      return (await prisma!.mask.create({ data: { sectionId: section.id, taskId } })).id;
    }),
  );
}

async function epochOf({ document }: { document: string }): Promise<number> {
  return (await prisma!.mask.findUniqueOrThrow({ where: { id: document } })).epoch;
}

answerCalls({ listen, makeDocuments, epochOf, ...tellingUsage } satisfies ServerCalls);
