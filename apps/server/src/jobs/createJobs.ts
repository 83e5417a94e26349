/** The queue with its policy, its nightly runner and its routes. Knows no database and no socket. */
import type { BlobStore } from '../blobs/blobStore.ts';
import type { Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { Log } from '../log.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { type Clock, systemClock } from './clock.ts';
import type { JobsStore } from './jobStore.ts';
import type { Jobs } from './jobs.ts';
import { createModelHandlers, type ModelRoute } from './modelHandlers.ts';
import { runNightly } from './nightlyRunner.ts';
import { createQueue, toJob } from './queue.ts';
import { createTrainerHandlers, type PastLabels, type TrainerRoute } from './trainerHandlers.ts';
import { TrainerRoll } from './trainerRoll.ts';

/** How often leases and nights are looked at: a lost trainer costs at most its lease and this. */
const WATCH_EVERY_MS = 5_000;

export interface JobsParts {
  store: JobsStore;
  rooms: Pick<Rooms, 'labels'>;
  history: PastLabels;
  blobs: BlobStore;
  live: LiveEvents;
  log: Log;
  clock?: Clock;
}

export function createJobs(parts: JobsParts): Jobs & { handlers: Handlers<TrainerRoute | ModelRoute> } {
  const { store, rooms, history, blobs, live, log, clock = systemClock } = parts;
  const now = () => clock.now();
  const queue = createQueue({ store: store.jobs, rooms, blobs, live, clock, log });
  const roll = new TrainerRoll(clock, (trainers) => {
    store.jobs.projectIds().then(
      (ids) => {
        for (const projectId of ids) live.emit(projectId, 'trainers', trainers);
      },
      (error: unknown) => log.error('Open pages were not told of the trainers', { error: String(error) }),
    );
  });
  let stopTimer: (() => void) | undefined;
  let watching: Promise<void> = Promise.resolve();

  async function watch(): Promise<void> {
    for (const look of [queue.releaseExpired, () => runNightly({ store: store.jobs, queue, clock, log })]) {
      await look().catch((error: unknown) =>
        log.error('The queue was not looked after', { error: String(error) }),
      );
    }
    roll.tell();
  }

  function watchSoon(): void {
    stopTimer = clock.after(WATCH_EVERY_MS, () => {
      watching = watch().then(() => {
        if (stopTimer) watchSoon();
      });
    });
  }

  return {
    async painted({ projectId, taskId, sectionId, labelledPixels, newPixels: painted }) {
      const newPixels = await store.jobs.countNewPixels(taskId, sectionId, painted);
      const task = await store.jobs.task(taskId);
      if (!task) return;
      const threshold = task.policy.retrainAfterPixels;
      live.emit(projectId, 'labels', { taskId, sectionId, labelledPixels, newPixels, threshold });
      await queue.checkThreshold(taskId);
    },

    request: async (taskId, reason) => toJob(await queue.request(taskId, reason)),
    trainers: () => roll.list(),

    start() {
      if (!stopTimer) watchSoon();
    },

    async close() {
      stopTimer?.();
      stopTimer = undefined;
      queue.close();
      await watching;
    },

    handlers: {
      ...createTrainerHandlers({ store, queue, roll, rooms, history, blobs, live, now }),
      ...createModelHandlers({ store, queue, blobs, live, now }),
    },
  };
}
