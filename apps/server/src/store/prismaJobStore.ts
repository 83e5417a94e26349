/** Jobs and the tasks' counters in PostgreSQL. Every change of a job's state is one conditional update or holds a row lock. */
import {
  type JobState,
  labelTable,
  type Job as ProtocolJob,
  policy,
  progress as progressSchema,
} from '@cotrace/protocol';
import type { JobRow, JobStore, Lease, TaskRow } from '../jobs/jobStore.ts';
import { type Job, Prisma, type PrismaClient, type Task } from './generated/client.ts';

const OPEN = ['queued', 'claimed', 'running'];
const HELD = ['claimed', 'running'];

/** What every job is read with. */
export const jobParts = {
  task: { select: { projectId: true } },
  model: { select: { id: true } },
} satisfies Prisma.JobInclude;

export function toJobRow(job: Job & { task: { projectId: string }; model: { id: string } | null }): JobRow {
  return {
    jobId: job.id,
    taskId: job.taskId,
    projectId: job.task.projectId,
    state: job.state as JobState,
    reason: job.reason as ProtocolJob['reason'],
    attempts: job.attempts,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
    trainerId: job.trainerId,
    trainer: job.trainer,
    progress: job.progress === null ? null : progressSchema.parse(job.progress),
    error: job.error,
    modelBlob: job.modelBlob,
    modelId: job.model?.id ?? null,
    budgetSeconds: job.budgetSeconds,
  };
}

function toTaskRow(task: Task): TaskRow {
  return {
    taskId: task.id,
    projectId: task.projectId,
    name: task.name,
    labels: labelTable.parse(task.labels),
    policy: policy.parse(task.policy),
    newPixels: task.newPixels,
    lastNightly: task.lastNightly,
    liveModelId: task.liveModelId,
  };
}

/** Until the transaction ends, nobody else opens a job of this task. */
export async function lockTask(tx: Prisma.TransactionClient, taskId: string): Promise<void> {
  await tx.$queryRaw`SELECT "id" FROM "Task" WHERE "id" = ${taskId} FOR UPDATE`;
}

export const openJobOf = (tx: Prisma.TransactionClient, taskId: string) =>
  tx.job.findFirst({ where: { taskId, state: { in: OPEN } }, include: jobParts });

const holding = ({ jobId, leaseToken }: Lease): Prisma.JobWhereInput => ({
  id: jobId,
  leaseToken,
  state: { in: HELD },
});
const back = {
  state: 'queued',
  leaseToken: null,
  leaseUntil: null,
  trainerId: null,
  progress: Prisma.DbNull,
};

export function createPrismaJobStore(prisma: PrismaClient): JobStore {
  const read = async (jobId: string): Promise<JobRow | undefined> => {
    const job = await prisma.job.findUnique({ where: { id: jobId }, include: jobParts });
    return job ? toJobRow(job) : undefined;
  };

  return {
    async task(taskId) {
      const task = await prisma.task.findUnique({ where: { id: taskId } });
      return task ? toTaskRow(task) : undefined;
    },

    async sections(taskId) {
      const sections = await prisma.section.findMany({
        where: { project: { tasks: { some: { id: taskId } } } },
        orderBy: { position: 'asc' },
        include: { masks: { where: { taskId }, select: { id: true, labelledPixels: true } } },
      });
      return sections.map(({ id, position, width, height, heldOut, original, masks: [mask] }) => ({
        sectionId: id,
        index: position,
        width,
        height,
        heldOut,
        original,
        maskId: mask?.id ?? null,
        labelledPixels: mask?.labelledPixels ?? 0,
      }));
    },

    async projectIds() {
      return (await prisma.project.findMany({ select: { id: true } })).map(({ id }) => id);
    },

    async nightlyTasks() {
      const tasks = (await prisma.task.findMany()).map(toTaskRow);
      return tasks.filter(({ policy, lastNightly }) => policy.nightlyAt !== null || lastNightly !== null);
    },

    async markNightly(taskId, at) {
      const { count } = await prisma.task.updateMany({
        where: { id: taskId, OR: [{ lastNightly: null }, { lastNightly: { lt: at } }] },
        data: { lastNightly: at },
      });
      return count === 1;
    },

    async disarmNightly(taskId) {
      await prisma.task.updateMany({ where: { id: taskId }, data: { lastNightly: null } });
    },

    async countNewPixels(taskId, sectionId, pixels) {
      await prisma.task.updateMany({
        where: { id: taskId, project: { sections: { some: { id: sectionId, heldOut: false } } } },
        data: { newPixels: { increment: pixels } },
      });
      const task = await prisma.task.findUnique({ where: { id: taskId }, select: { newPixels: true } });
      return task?.newPixels ?? 0;
    },

    enqueue: (taskId, reason, now) =>
      prisma.$transaction(async (tx) => {
        await lockTask(tx, taskId);
        const open = await openJobOf(tx, taskId);
        if (open) return { job: toJobRow(open), isNew: false };
        await tx.task.update({ where: { id: taskId }, data: { newPixels: 0 } });
        const job = await tx.job.create({ data: { taskId, reason, createdAt: now }, include: jobParts });
        return { job: toJobRow(job), isNew: true };
      }),

    async enqueueRest(jobId, now) {
      const ended = await prisma.job.findUnique({ where: { id: jobId }, select: { taskId: true } });
      if (!ended) return undefined;
      const { taskId } = ended;
      return prisma.$transaction(async (tx) => {
        await lockTask(tx, taskId);
        const { secondsLeft, model, task } = await tx.job.findUniqueOrThrow({
          where: { id: jobId },
          include: { model: { select: { id: true } }, task: { select: { liveModelId: true } } },
        });
        if (secondsLeft === null) return undefined;
        await tx.job.update({ where: { id: jobId }, data: { secondsLeft: null } });
        if (model?.id !== task.liveModelId || (await openJobOf(tx, taskId))) return undefined;
        await tx.task.update({ where: { id: taskId }, data: { newPixels: 0 } });
        const rest = { taskId, reason: 'continued', budgetSeconds: secondsLeft, createdAt: now };
        return toJobRow(await tx.job.create({ data: rest, include: jobParts }));
      });
    },

    async openJob(taskId) {
      const open = await openJobOf(prisma, taskId);
      return open ? toJobRow(open) : undefined;
    },

    job: read,

    async newestJobs(taskId, count) {
      const jobs = await prisma.job.findMany({
        where: { taskId },
        orderBy: { createdAt: 'desc' },
        take: count,
        include: jobParts,
      });
      return jobs.map(toJobRow);
    },

    claim: ({ trainerId, trainer, leaseToken, leaseUntil, now }) =>
      prisma.$transaction(async (tx) => {
        const [next] = await tx.$queryRaw<{ id: string }[]>`
          SELECT "id" FROM "Job" WHERE "state" = 'queued'
          ORDER BY "createdAt", "id" LIMIT 1 FOR UPDATE SKIP LOCKED`;
        if (!next) return undefined;
        const job = await tx.job.update({
          where: { id: next.id },
          data: {
            state: 'claimed',
            attempts: { increment: 1 },
            startedAt: now,
            leaseToken,
            leaseUntil,
            trainerId,
            trainer,
          },
          include: jobParts,
        });
        if (!job.model) await tx.task.update({ where: { id: job.taskId }, data: { newPixels: 0 } });
        return toJobRow(job);
      }),

    async renew(lease, leaseUntil, progress) {
      const { count } = await prisma.job.updateMany({
        where: holding(lease),
        data: { state: 'running', leaseUntil, ...(progress ? { progress } : {}) },
      });
      const job = await read(lease.jobId);
      if (count === 1) return job;
      // Cancelled by a person: its holder keeps its token until it has heard of it.
      const stopped = await prisma.job.count({
        where: { id: lease.jobId, leaseToken: lease.leaseToken, state: 'cancelled' },
      });
      return stopped === 1 ? job : undefined;
    },

    async releaseLost(lost, now, maxAttempts) {
      const which: Prisma.JobWhereInput = {
        state: { in: HELD },
        ...('trainerId' in lost ? { trainerId: lost.trainerId } : { leaseUntil: { lt: lost.leaseBefore } }),
      };
      const silent = await prisma.job.findMany({
        where: which,
        select: { id: true, attempts: true, trainer: true },
      });
      const changed: JobRow[] = [];
      for (const { id, attempts, trainer } of silent) {
        const { count } = await prisma.job.updateMany({
          where: { ...which, id },
          data:
            attempts < maxAttempts
              ? back
              : {
                  ...back,
                  state: 'failed',
                  finishedAt: now,
                  error: `The trainer died in this run ${attempts} times, the last one was ${trainer}. Look at its log, then start another run.`,
                },
        });
        const job = count === 1 ? await read(id) : undefined;
        if (job) changed.push(job);
      }
      return changed;
    },

    async release(lease, end) {
      const data: Prisma.JobUpdateManyMutationInput =
        end.state === 'queued'
          ? { ...back, ...(end.countsAsAttempt ? {} : { attempts: { decrement: 1 } }) }
          : {
              state: end.state,
              leaseToken: null,
              leaseUntil: null,
              finishedAt: end.now,
              error: end.state === 'failed' ? end.error : null,
            };
      const { count } = await prisma.job.updateMany({ where: holding(lease), data });
      return count === 1 ? read(lease.jobId) : undefined;
    },

    async cancel(jobId, now) {
      const { count } = await prisma.job.updateMany({
        where: { id: jobId, state: { in: OPEN } },
        data: { state: 'cancelled', finishedAt: now, leaseUntil: null },
      });
      return count === 1 ? read(jobId) : undefined;
    },

    takeModelBlob: (jobId) =>
      prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT "id" FROM "Job" WHERE "id" = ${jobId} FOR UPDATE`;
        const ended = await tx.job.findFirst({
          where: { id: jobId, state: { in: ['failed', 'cancelled'] } },
        });
        if (!ended?.modelBlob) return null;
        await tx.job.update({ where: { id: jobId }, data: { modelBlob: null } });
        return ended.modelBlob;
      }),

    setModelBlob: (lease, blob) =>
      prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT "id" FROM "Job" WHERE "id" = ${lease.jobId} FOR UPDATE`;
        const job = await tx.job.findFirst({ where: holding(lease) });
        if (!job) return undefined;
        await tx.job.update({ where: { id: lease.jobId }, data: { modelBlob: blob } });
        return { replaced: job.modelBlob };
      }),
  };
}
