/** Which uncertain regions people were led to, in PostgreSQL. One asker of a model at a time. */
import { mapsReport } from '@cotrace/protocol';
import type { RegionStore } from '../jobs/jobStore.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';

export function createPrismaRegionStore(prisma: PrismaClient): RegionStore {
  const liveModelOf = async (taskId: string) =>
    (await prisma.task.findUnique({ where: { id: taskId }, select: { liveModelId: true } }))?.liveModelId ??
    null;
  return {
    lease: ({ taskId, userId, sessionId, now, leasedUntil, choose }) =>
      prisma.$transaction(async (tx) => {
        const task = await tx.task.findUnique({ where: { id: taskId }, select: { liveModelId: true } });
        const modelId = task?.liveModelId ?? null;
        if (modelId === null) return { modelId, region: undefined, remaining: 0, held: 0 };
        // The lock makes two who ask at once take turns: the second sees what the first was given.
        await tx.$queryRaw`SELECT "id" FROM "TrainedModel" WHERE "id" = ${modelId} FOR UPDATE`;
        await tx.regionVisit.updateMany({
          where: { modelId, userId, sessionId, visitedAt: null },
          data: { visitedAt: now },
        });
        const maps = await tx.sectionMap.findMany({
          where: { modelId, section: { heldOut: false }, NOT: { regions: { equals: Prisma.DbNull } } },
          select: { sectionId: true, regions: true },
        });
        const candidates = maps.flatMap(({ sectionId, regions }) =>
          mapsReport.shape.regions.parse(regions).map((region) => ({ sectionId, ...region })),
        );
        const visits = await tx.regionVisit.findMany({ where: { modelId } });
        const choice = choose(candidates, visits);
        const { region } = choice;
        if (region) {
          const { sectionId, x, y, width, height } = region;
          await tx.regionVisit.create({
            data: { modelId, sectionId, x, y, width, height, userId, sessionId, leasedUntil, createdAt: now },
          });
        }
        return { modelId, ...choice };
      }),

    async keep({ taskId, userId, sessionId, now, leasedUntil }) {
      const modelId = await liveModelOf(taskId);
      if (modelId === null) return false;
      // A lease that ran out may have been given to somebody else: it is not taken back.
      const { count } = await prisma.regionVisit.updateMany({
        where: { modelId, userId, sessionId, visitedAt: null, leasedUntil: { gt: now } },
        data: { leasedUntil },
      });
      return count > 0;
    },

    async visits(taskId, now) {
      const modelId = await liveModelOf(taskId);
      if (modelId === null) return [];
      const rows = await prisma.regionVisit.findMany({
        where: { modelId, OR: [{ visitedAt: { not: null } }, { leasedUntil: { gt: now } }] },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        include: { user: { select: { name: true, color: true } } },
      });
      return rows.map(({ sectionId, x, y, width, height, userId, user, createdAt, visitedAt }) => ({
        ...{ sectionId, x, y, width, height, userId, name: user.name, color: user.color },
        since: createdAt.toISOString(),
        here: visitedAt === null,
      }));
    },
  };
}
