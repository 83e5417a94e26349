/** How much of the machine others had while something was measured: what a quiet machine is, and what is said of one that is not. */
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { treeCpuMs } from '../collaboration/processTime.ts';

/** Share of all cores that system and others may take before the figures are called disturbed. */
const QUIET_SHARE = 0.05;
const MS_PER_TICK = 10;

export interface Disturbance {
  /** Of the minute before it began. */
  readonly loadBefore: number;
  /** Of the processor time of all cores meanwhile, 0…1; undefined where the system does not tell. */
  readonly othersShare: number | undefined;
  readonly isQuiet: boolean;
}

/** Begins to look; the function that it answers ends that. Children that run on are counted, theirs are not. */
export async function watchOthers(): Promise<() => Promise<Disturbance>> {
  const loadBefore = loadavg()[0]!;
  const startedAt = performance.now();
  const before = await busyMs();
  return async () => {
    const after = await busyMs();
    const available = (performance.now() - startedAt) * cpus().length;
    const othersShare = before && after && Math.max(0, (after.others - before.others) / available);
    return {
      loadBefore,
      othersShare,
      isQuiet: othersShare === undefined ? loadBefore < 1 : othersShare <= QUIET_SHARE,
    };
  };
}

/** Processor time of everything but this process and its children; undefined without Linux' /proc. */
async function busyMs(): Promise<{ others: number } | undefined> {
  const own = await treeCpuMs(process.pid);
  if (own === undefined) return undefined;
  // cpu user nice system idle iowait irq softirq steal …: what a neighbour on the host stole was not ours either.
  const [, user, nice, system, , , irq, softirq, steal] = (await readFile('/proc/stat', 'utf8'))
    .split('\n')[0]!
    .split(/\s+/)
    .map(Number);
  return { others: (user! + nice! + system! + irq! + softirq! + steal!) * MS_PER_TICK - own };
}

export function sentenceOf({ loadBefore, othersShare, isQuiet }: Disturbance): string {
  const load = `load ${loadBefore.toFixed(1)} in the minute before`;
  const others =
    othersShare === undefined
      ? 'what others took meanwhile is not known here'
      : `others took ${(100 * othersShare).toFixed(1)} % of the cores meanwhile`;
  return `${isQuiet ? 'The machine was quiet' : 'The machine was not quiet: wall times are disturbed'} (${load}; ${others}).`;
}
