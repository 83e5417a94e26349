/** Models and their maps in PostgreSQL. */
import { LEAST_BUDGET_SECONDS, modelReport } from '@cotrace/protocol';
import type { MapRow, ModelRow, ModelStore } from '../jobs/jobStore.ts';
import { Prisma, type PrismaClient, type SectionMap } from './generated/client.ts';
import { jobParts, lockTask, openJobOf, toJobRow } from './prismaJobStore.ts';

const modelParts = {
  task: { select: { projectId: true, liveModelId: true } },
} satisfies Prisma.TrainedModelInclude;

type Stored = Prisma.TrainedModelGetPayload<{ include: typeof modelParts }>;

function toModelRow(model: Stored): ModelRow {
  return {
    modelId: model.id,
    taskId: model.taskId,
    projectId: model.task.projectId,
    jobId: model.jobId,
    createdAt: model.createdAt,
    blob: model.blob,
    labelsAt: model.labelsAt,
    report: modelReport.parse(model.report),
    live: model.task.liveModelId === model.id,
  };
}

/** Empty keys stand for "not uploaded yet": the columns take no null. */
const toMapRow = (map: SectionMap): MapRow => ({
  modelId: map.modelId,
  sectionId: map.sectionId,
  probability: map.probability || null,
  uncertainty: map.uncertainty || null,
  meanUncertainty: map.meanUncertainty,
  published: map.regions !== null,
});

export function createPrismaModelStore(prisma: PrismaClient): ModelStore {
  const read = async (modelId: string): Promise<ModelRow | undefined> => {
    const model = await prisma.trainedModel.findUnique({ where: { id: modelId }, include: modelParts });
    return model ? toModelRow(model) : undefined;
  };

  return {
    async report({ jobId, leaseToken }, report, now) {
      const modelId = await prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT "id" FROM "Job" WHERE "id" = ${jobId} FOR UPDATE`;
        const job = await tx.job.findFirst({
          where: { id: jobId, leaseToken, state: { in: ['claimed', 'running'] } },
          include: jobParts,
        });
        if (!job) return undefined;
        if (job.model) return job.model.id;
        if (!job.modelBlob) return undefined;
        const { taskId } = job;
        const model = await tx.trainedModel.create({
          data: { taskId, jobId, createdAt: now, blob: job.modelBlob, labelsAt: job.startedAt, report },
        });
        const isWorthGoingOn = report.beatsLive && report.secondsLeft >= LEAST_BUDGET_SECONDS;
        const secondsLeft = isWorthGoingOn ? report.secondsLeft : null;
        await tx.job.update({ where: { id: jobId }, data: { modelBlob: null, secondsLeft } });
        if (report.beatsLive)
          await tx.task.update({ where: { id: taskId }, data: { liveModelId: model.id } });
        return model.id;
      });
      return modelId ? read(modelId) : undefined;
    },

    model: read,

    async models(taskId) {
      const models = await prisma.trainedModel.findMany({
        where: { taskId },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        include: modelParts,
      });
      return models.map(toModelRow);
    },

    promote: (modelId) =>
      prisma.$transaction(async (tx) => {
        const { taskId, jobId, task } = await tx.trainedModel.findUniqueOrThrow({
          where: { id: modelId },
          include: modelParts,
        });
        await lockTask(tx, taskId);
        const unmapped = await tx.section.count({
          where: {
            projectId: task.projectId,
            maps: { none: { modelId, NOT: { regions: { equals: Prisma.DbNull } } } },
          },
        });
        const open = unmapped > 0 ? await openJobOf(tx, taskId) : null;
        if (open && open.id !== jobId) return { state: 'busy' as const };
        await tx.task.update({ where: { id: taskId }, data: { liveModelId: modelId } });
        if (unmapped === 0 || open) return { state: 'live' as const, queued: undefined };
        const queued = await tx.job.update({
          where: { id: jobId },
          data: { state: 'queued', attempts: 0, finishedAt: null, error: null, leaseToken: null },
          include: jobParts,
        });
        return { state: 'live' as const, queued: toJobRow(queued) };
      }),

    async map(modelId, sectionId) {
      const map = await prisma.sectionMap.findUnique({
        where: { modelId_sectionId: { modelId, sectionId } },
      });
      return map ? toMapRow(map) : undefined;
    },

    async maps(modelId) {
      const maps = await prisma.sectionMap.findMany({
        where: { modelId },
        orderBy: { section: { position: 'asc' } },
      });
      return maps.map(toMapRow);
    },

    async setMap(modelId, sectionId, kind, blob) {
      const where = { modelId_sectionId: { modelId, sectionId } };
      const before = await prisma.sectionMap.findUnique({ where });
      await prisma.sectionMap.upsert({
        where,
        create: { modelId, sectionId, probability: '', uncertainty: '', [kind]: blob },
        update: { [kind]: blob },
      });
      return before?.[kind] || null;
    },

    async publishMaps(modelId, sectionId, { meanUncertainty, regions }) {
      await prisma.sectionMap.update({
        where: { modelId_sectionId: { modelId, sectionId } },
        data: { meanUncertainty, regions },
      });
    },
  };
}
