/** Queues the runs of the night. What was done is a row in the database: a restart neither repeats nor forgets it. */
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import type { JobStore } from './jobStore.ts';
import { latestNight } from './nightly.ts';
import type { Queue } from './queue.ts';

/** A server that was off at that hour makes up for the latest night when it is back, and for that one only. */
export async function runNightly(
  store: JobStore,
  queue: Pick<Queue, 'request'>,
  clock: Clock,
  log: Log,
): Promise<void> {
  for (const { taskId, policy, lastNightly } of await store.nightlyTasks()) {
    // The first look arms the schedule: nights before somebody asked for one are nobody's.
    if (lastNightly === null) {
      await store.markNightly(taskId, clock.now());
      continue;
    }
    const night = latestNight(clock.now(), policy.nightlyAt!, policy.timeZone);
    if (lastNightly >= night || !(await store.markNightly(taskId, night))) continue;
    await queue.request(taskId, 'nightly').catch((error: unknown) => {
      if (!(error instanceof ProtocolError)) throw error;
      log.info('No run this night', { taskId, code: error.code });
    });
  }
}
