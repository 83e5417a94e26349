/** Queues the runs of the night. What was done is a row in the database: a restart neither repeats nor forgets it. */
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import type { JobStore, TaskRow } from './jobStore.ts';
import { latestNight } from './nightly.ts';
import type { Queue } from './queue.ts';

interface NightParts {
  store: JobStore;
  queue: Pick<Queue, 'request'>;
  clock: Clock;
  log: Log;
}

/** A server that was off at that hour makes up for the latest night when it is back, and for that one only. */
export async function runNightly(parts: NightParts): Promise<void> {
  for (const task of await parts.store.nightlyTasks()) {
    await runNight(task, parts).catch((error: unknown) => {
      // One task's unknown time zone, say, keeps no other task from its night.
      const isExpected =
        error instanceof ProtocolError && ['NO_LABELS', 'ONE_CLASS_ONLY'].includes(error.code);
      const say = isExpected ? parts.log.info : parts.log.error;
      say('No run this night', { taskId: task.taskId, error: String(error) });
    });
  }
}

async function runNight({ taskId, policy, lastNightly }: TaskRow, parts: NightParts): Promise<void> {
  const { store, queue, clock } = parts;
  const { nightlyAt, timeZone } = policy;
  if (nightlyAt === null) return store.disarmNightly(taskId);
  if (lastNightly === null) {
    // The first look arms the schedule: nights before somebody asked for one are nobody's.
    await store.markNightly(taskId, clock.now());
    return;
  }
  const night = latestNight(clock.now(), nightlyAt, timeZone);
  if (lastNightly < night && (await store.markNightly(taskId, night))) await queue.request(taskId, 'nightly');
}
