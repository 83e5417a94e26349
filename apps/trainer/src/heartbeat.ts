/** Tells the server how far a job is, which renews its lease, and hears that the job is to stop. */
import { JOB_RENEW_MS, type Progress } from '@cotrace/protocol';

/** At most two a second reach the people who watch. */
const TELL_EVERY_MS = 500;

export interface Heartbeat {
  /** The newest is what is sent. */
  report(progress: Progress): void;
  /** No call is on its way once it resolves. */
  close(): Promise<void>;
}

/** Steps and passes of the network yield in between: the timer runs while they compute. */
export function startHeartbeat(options: {
  send(progress: Progress): Promise<{ cancelled: boolean }>;
  onCancelled(): void;
  /** The lease is another's, or the server refuses for good. */
  onLost(error: unknown): void;
}): Heartbeat {
  let newest: Progress = { phase: 'fetching', step: 0, steps: 0, loss: null, fraction: 0, secondsLeft: null };
  let isTold = true;
  let toldAt = performance.now();
  let sending: Promise<void> | undefined;

  async function tell(): Promise<void> {
    isTold = true;
    toldAt = performance.now();
    try {
      if ((await options.send(newest)).cancelled) options.onCancelled();
    } catch (error) {
      options.onLost(error);
    }
    sending = undefined;
  }
  const timer = setInterval(() => {
    if (!sending && (!isTold || performance.now() - toldAt >= JOB_RENEW_MS)) sending = tell();
  }, TELL_EVERY_MS);

  return {
    report(progress) {
      newest = progress;
      isTold = false;
    },
    async close() {
      clearInterval(timer);
      await sending;
    },
  };
}
