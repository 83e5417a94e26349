/** The life of a job: queued, claimed under a lease, ended or given back; and who waits for one. Knows no route. */
import { randomBytes } from 'node:crypto';
import {
  type ClaimRequest,
  ERRORS,
  JOB_LEASE_MS,
  type Job,
  MAX_JOB_ATTEMPTS,
  type Progress,
  ProtocolError,
} from '@cotrace/protocol';
import type { BlobStore } from '../blobs/blobStore.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { Log } from '../log.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Clock } from './clock.ts';
import type { JobRow, JobStore, Lease } from './jobStore.ts';
import { checkLabels } from './labelCheck.ts';

export interface QueueParts {
  store: JobStore;
  rooms: Pick<Rooms, 'labels'>;
  blobs: Pick<BlobStore, 'delete'>;
  live: LiveEvents;
  clock: Clock;
  log: Log;
}

export type Claimed = JobRow & { leaseToken: string };

export interface Queue {
  /** @throws ProtocolError NOT_FOUND, NO_LABELS, ONE_CLASS_ONLY. An open job of the task is answered instead of a second one. */
  request(taskId: string, reason: Job['reason']): Promise<JobRow>;
  /** Queues a run if enough new pixels have come; not before a run that is open has ended. */
  checkThreshold(taskId: string): Promise<void>;
  /** Waits at most `waitMs` for a job; undefined when none came. `gone`: who asked has hung up. */
  claim(asked: ClaimRequest, waitMs: number, gone: AbortSignal): Promise<Claimed | undefined>;
  /**
   * Every call of a trainer about its job passes here first.
   * @throws ProtocolError LEASE_LOST when the job is another's by now.
   */
  renew(lease: Lease, progress?: Progress): Promise<{ job: JobRow; cancelled: boolean }>;
  finish(lease: Lease): Promise<void>;
  fail(lease: Lease, message: string): Promise<void>;
  giveBack(lease: Lease, countsAsAttempt: boolean): Promise<void>;
  cancel(jobId: string): Promise<JobRow>;
  releaseExpired(): Promise<void>;
  /** A job was queued by somebody else's hand (a promotion): tell, and wake the waiting. */
  queued(job: JobRow): void;
  /** Ends every waiting claim. */
  close(): void;
}

export function toJob(row: JobRow): Job {
  return {
    id: row.jobId,
    taskId: row.taskId,
    state: row.state,
    reason: row.reason,
    attempts: row.attempts,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    progress: row.progress,
    error: row.error,
    trainer: row.trainer,
  };
}

export function createQueue({ store, rooms, blobs, live, clock, log }: QueueParts): Queue {
  const waiting = new Set<() => void>();
  let closed = false;

  const wake = () => {
    for (const look of [...waiting]) look();
  };
  const tell = (row: JobRow) => {
    const { jobId: id, taskId, state, progress, error } = row;
    live.emit(row.projectId, 'job', { id, taskId, state, progress, error });
  };
  const leaseUntil = () => new Date(clock.now().getTime() + JOB_LEASE_MS);

  /** Settles when something was queued, the time is over or nobody waits any more; `end` settles it by hand. */
  function nextChange(ms: number, gone: AbortSignal): { settled: Promise<void>; end: () => void } {
    let end = () => {};
    const settled = new Promise<void>((done) => {
      end = () => {
        waiting.delete(end);
        cancelTimer();
        gone.removeEventListener('abort', end);
        done();
      };
    });
    const cancelTimer = clock.after(ms, end);
    waiting.add(end);
    gone.addEventListener('abort', end);
    return { settled, end };
  }

  const queue: Queue = {
    async request(taskId, reason) {
      if (!(await store.task(taskId))) throw new ProtocolError('NOT_FOUND');
      // Before anything is looked at: strokes that come while a run waits must not have all labels read again and again.
      const open = await store.openJob(taskId);
      if (open !== undefined) return open;
      await checkLabels(taskId, { store, rooms });
      const { job, isNew } = await store.enqueue(taskId, reason, clock.now());
      if (isNew) queue.queued(job);
      return job;
    },

    async checkThreshold(taskId) {
      const task = await store.task(taskId);
      const threshold = task?.policy.retrainAfterPixels ?? 0;
      if (!task || threshold === 0 || task.newPixels < threshold) return;
      try {
        await queue.request(taskId, 'threshold');
      } catch (error) {
        // Enough paint of one label only: the next stroke asks again.
        if (!(error instanceof ProtocolError) || !['NO_LABELS', 'ONE_CLASS_ONLY'].includes(error.code))
          throw error;
        log.info('Enough new pixels, and still no run', { taskId, code: error.code });
      }
    },

    async claim({ trainerId, name }, waitMs, gone) {
      const deadline = clock.now().getTime() + waitMs;
      // A trainer that asks for a job holds none: what it held before it was started anew is free at once.
      await releaseLost({ trainerId });
      while (!gone.aborted && !closed) {
        const left = deadline - clock.now().getTime();
        // Listening begins before looking: a job that is queued in between wakes, too.
        const change = nextChange(Math.max(0, left), gone);
        const leaseToken = randomBytes(24).toString('base64url');
        const claim = { trainerId, trainer: name, leaseToken, leaseUntil: leaseUntil(), now: clock.now() };
        const job = await store.claim(claim).catch((error: unknown) => {
          change.end();
          throw error;
        });
        if (!job && left > 0) {
          await change.settled;
          continue;
        }
        change.end();
        if (!job) return undefined;
        if (gone.aborted) {
          await queue.giveBack({ jobId: job.jobId, leaseToken }, false);
          return undefined;
        }
        tell(job);
        return { ...job, leaseToken };
      }
      return undefined;
    },

    async renew(lease, progress) {
      const job = await store.renew(lease, leaseUntil(), progress);
      if (!job) throw new ProtocolError('LEASE_LOST');
      const cancelled = job.state === 'cancelled';
      if (progress && !cancelled) tell(job);
      return { job, cancelled };
    },

    async finish(lease) {
      await ended(await store.release(lease, { state: 'done', now: clock.now() }));
    },

    async fail(lease, message) {
      await ended(await store.release(lease, { state: 'failed', error: message, now: clock.now() }));
    },

    async giveBack(lease, countsAsAttempt) {
      const job = await store.release(lease, { state: 'queued', countsAsAttempt });
      if (!job) throw new ProtocolError('LEASE_LOST');
      if (job.state === 'queued') queue.queued(job);
    },

    async cancel(jobId) {
      const cancelled = await store.cancel(jobId, clock.now());
      if (cancelled) await ended(cancelled);
      const job = cancelled ?? (await store.job(jobId));
      if (!job) throw new ProtocolError('NOT_FOUND');
      return job;
    },

    releaseExpired: () => releaseLost({ leaseBefore: clock.now() }),

    queued(job) {
      tell(job);
      wake();
    },

    close() {
      closed = true;
      wake();
    },
  };

  async function releaseLost(lost: Parameters<JobStore['releaseLost']>[0]): Promise<void> {
    for (const job of await store.releaseLost(lost, clock.now(), MAX_JOB_ATTEMPTS)) {
      log.warn('A trainer was lost during a run', { jobId: job.jobId, trainer: job.trainer, now: job.state });
      if (job.state === 'queued') queue.queued(job);
      else await ended(job);
    }
  }

  async function ended(job: JobRow | undefined): Promise<void> {
    if (!job) throw new ProtocolError('LEASE_LOST');
    tell(job);
    if (job.modelBlob) await dropModel(job.jobId);
    next(job).catch((error: unknown) => {
      log.error(ERRORS.INTERNAL[1], { taskId: job.taskId, error: String(error) });
    });
  }

  /** What was painted during the run may be enough for another; else its budget is spent to its end. */
  async function next({ jobId, taskId, state }: JobRow): Promise<void> {
    await queue.checkThreshold(taskId);
    const rest = state === 'done' ? await store.enqueueRest(jobId, clock.now()) : undefined;
    if (rest) queue.queued(rest);
  }

  /** A model that was sent and never reported is nobody's once its job has failed or was cancelled. */
  async function dropModel(jobId: string): Promise<void> {
    const blob = await store.takeModelBlob(jobId);
    if (!blob) return;
    await blobs.delete(blob).catch((error: unknown) => {
      // The job has ended in any case; a file that stays only takes space.
      log.warn('the model of an ended job stays on the disk', { jobId, blob, error });
    });
  }

  return queue;
}
