/** Processor time of processes without asking them, who may be too busy to answer: read from Linux' /proc. */
import { readdir, readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, whatever its own timer does. */
const MS_PER_TICK = 10;

/** ms of user and system time of one process; undefined where there is no /proc. */
export async function cpuMsOf(pid: number): Promise<number | undefined> {
  const times = await timesOf(pid);
  return times && times.ownTicks * MS_PER_TICK;
}

interface Times {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly endedTicks: number;
}

/** ms of user and system time of `pid` and its children, living and ended; undefined where there is no /proc. */
export async function treeCpuMs(pid: number): Promise<number | undefined> {
  for (;;) {
    const before = await timesOf(pid);
    if (before === undefined) return undefined;
    let ticks = before.ownTicks + before.endedTicks;
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const times = await timesOf(Number(name));
      if (times?.parent === pid) ticks += times.ownTicks + times.endedTicks;
    }
    // A child that ended meanwhile was counted nowhere, or twice.
    if ((await timesOf(pid))?.endedTicks === before.endedTicks) return ticks * MS_PER_TICK;
  }
}

/** ms of user and system time of one process; undefined where there is no /proc. */
export async function cpuMsOf(pid: number): Promise<number | undefined> {
  const times = await timesOf(pid);
  return times && times.ownTicks * MS_PER_TICK;
}

interface Times {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly endedTicks: number;
}

/** ms of user and system time of `pid` and its children, living and ended; undefined where there is no /proc. */
export async function treeCpuMs(pid: number): Promise<number | undefined> {
  const root = await timesOf(pid);
  if (root === undefined) return undefined;
  let ticks = root.ownTicks + root.endedTicks;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = await timesOf(Number(name));
    if (times?.parent === pid) ticks += times.ownTicks + times.endedTicks;
  }
  return ticks * MS_PER_TICK;
}

async function timesOf(pid: number): Promise<Times | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    // Processes end while the list of them is read.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The name, in brackets, may hold anything; the state comes after it.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { parent: fields[1]!, ownTicks: fields[11]! + fields[12]!, endedTicks: fields[13]! + fields[14]! };
}
