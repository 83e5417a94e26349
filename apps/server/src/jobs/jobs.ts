/** What the rest of the server asks of the job queue. Implemented by `createJobs`. */
import type { Job } from '@cotrace/protocol';
import type { Painted } from '../rooms/rooms.ts';

export interface Jobs {
  /** Counts new paint against the policy of its task; queues a run when there is enough. */
  painted(painted: Painted): Promise<void>;
  request(taskId: string, reason: Job['reason']): Promise<Job>;
  /** Trainers heard of in the last minute. */
  trainers(): { id: string; name: string; engine: string; busy: boolean }[];
  /** Start the lease watcher and the nightly runner; `close` ends both. */
  start(): void;
  close(): Promise<void>;
}
