/** Time as the queue sees it, so that tests can turn it. Knows no job. */

export interface Clock {
  now(): Date;
  /** Calls `run` once after `ms`. Answers a function that takes the call back. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's own. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
