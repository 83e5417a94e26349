/** Jobs of ranks for tests: what they printed, as objects, and how they ended. */
import { join } from 'node:path';
import { findMpi, startRanks } from '../index.ts';

export const mpiIsMissing = findMpi() === undefined && 'MPICH is not installed: `npm start` fetches it';

const PROGRAM = join(import.meta.dirname, 'rankProgram.ts');

// biome-ignore lint/suspicious/noExplicitAny: what ranks print is looked at by the tests alone
export type Said = any;

export async function startJob(options: {
  hosts: readonly string[];
  scenario: readonly string[];
  environment?: Record<string, string>;
  onSaid?: (said: Said) => void;
}) {
  const { hosts, scenario, environment = {}, onSaid } = options;
  const said: Said[] = [];
  const other: string[] = [];
  const ranks = await startRanks({
    program: ['--import', 'tsx', PROGRAM, ...scenario],
    places: hosts.map((host) => ({ host, environment })),
    onLine(line) {
      if (!line.startsWith('{')) return other.push(line);
      said.push(JSON.parse(line));
      return onSaid?.(said.at(-1));
    },
  });
  return { ...ranks, said, other };
}

/** Resolves when the process is no more, as the kernel sees it. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    // The only thing that signal 0 can fail with here: no such process.
    return true;
  }
}
