/** What a server process has used so far; the same questions are asked of every server. */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import type { ServerCalls, Usage } from './serverCalls.ts';

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
}

/** After collections, so that garbage that nobody has asked for yet is not taken for memory in use. */
async function usageCollected(): Promise<Usage> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return usage();
}

const session = new Session();

async function startProfile(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
}

async function endProfile({ file }: { file: string }): Promise<void> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  await writeFile(file, JSON.stringify(profile));
}

export const tellingUsage: Pick<ServerCalls, 'usage' | 'usageCollected' | 'startProfile' | 'endProfile'> = {
  usage,
  usageCollected,
  startProfile,
  endProfile,
};
