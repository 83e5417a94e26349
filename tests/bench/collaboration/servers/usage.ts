/** What a server process has used so far; the same question is asked of every server. */

export interface Usage {
  /** User and system time of all its threads, ms. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
}

/** After a collection, so that garbage that nobody has asked for yet is not taken for memory in use. */
export async function usageCollected(): Promise<Usage> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return usage();
}
