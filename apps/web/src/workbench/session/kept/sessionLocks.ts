/** Which editing sessions are alive in some tab of this browser: whoever holds a session's lock may speak for it, nobody else. */

export interface SessionLocks {
  /**
   * Waits for the session's lock, then holds it until `work` is done. With a signal it stops waiting (not working).
   * Resolves without a word when it was told to stop waiting.
   */
  hold(sessionId: string, work: () => Promise<void>, signal?: AbortSignal): Promise<void>;
}

/** Undefined where the browser has no locks: pages that came neither by https nor from this machine. */
export function browserSessionLocks(): SessionLocks | undefined {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return undefined;
  return {
    async hold(sessionId, work, signal) {
      try {
        await locks.request(`cotrace-session-${sessionId}`, signal === undefined ? {} : { signal }, work);
      } catch (error) {
        if (signal?.aborted && error === signal.reason) return;
        throw error;
      }
    },
  };
}

/** Locks within one process, for tests: several "tabs" share one of these. */
export function memorySessionLocks(): SessionLocks {
  const tails = new Map<string, Promise<void>>();
  return {
    hold(sessionId, work, signal) {
      const before = tails.get(sessionId) ?? Promise.resolve();
      const given = before.then(() => (signal?.aborted ? undefined : work()));
      tails.set(
        sessionId,
        given.catch(() => undefined),
      );
      return given;
    },
  };
}
