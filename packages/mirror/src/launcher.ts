/**
 * Starts the ranks of one job with MPICH's own mpiexec, forwards what they print, and ends them: all of them, always.
 * Three ways lead to an end without orphans: mpiexec ends the rest when a rank dies; a rank dies with whoever started it
 * (PR_SET_PDEATHSIG); and rank 0 gives up when this process is gone (its socket closes).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { MirrorError } from './errors.ts';
import { findMpi } from './mpi.ts';

export interface RankPlace {
  host: string;
  /** What this rank finds in its environment besides this process's own. */
  environment: Readonly<Record<string, string>>;
}

export interface RankOptions {
  /** Arguments of Node: the program that each rank runs, and its own. */
  program: readonly string[];
  /** By rank; those of one host in a row. */
  places: readonly RankPlace[];
  /** A line that a rank printed. */
  onLine: (line: string) => void;
}

export interface Ranks {
  /** Resolves when the job is over; never rejects. `said`: the last lines of mpiexec and the ranks. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string[] }>;
  /** SIGKILL to all; resolves when mpiexec is gone. */
  kill(): Promise<void>;
}

const LINES_KEPT = 40;

/**
 * TCP between hosts, shared memory within one. The hooks into memory allocation that faster networks want are left out:
 * they patch functions that the threads of Node are running, which crashed one start in twenty.
 */
const NETWORK: Readonly<Record<string, string>> = {
  MPIR_CVAR_CH4_NETMOD: 'ofi',
  FI_PROVIDER: 'tcp',
  FI_MR_CACHE_MONITOR: 'disabled',
  UCX_MEM_EVENTS: 'n',
  UCX_MEM_MMAP_HOOK_MODE: 'none',
  UCX_ERROR_SIGNALS: '',
};

/** Those of mpiexec's own lines that say what the job's end says better. */
const BANNER = /^=|^\s*$|YOUR APPLICATION TERMINATED|This typically refers|\[(proxy|mpiexec)[:@]/;

/** @throws MirrorError MPI_MISSING, LAUNCH_FAILED */
export async function startRanks({ program, places, onLine }: RankOptions): Promise<Ranks> {
  const found = findMpi();
  if (!found) throw new MirrorError('MPI_MISSING');
  const isLocal = places.every(({ host }) => isThisMachine(host));
  const child = spawn(
    found.mpiexec,
    [
      // No secure shell leads from a machine to itself; several of its addresses stand for several hosts.
      ...['-launcher', isLocal ? 'fork' : 'ssh', '-hosts', hostList(places)],
      ...places.flatMap(({ environment }, rank) => [
        ...(rank === 0 ? [] : [':']),
        ...['-n', '1'],
        ...Object.entries(environment).flatMap(([name, value]) => ['-env', name, value]),
        ...[process.execPath, ...program],
      ]),
    ],
    { env: { ...NETWORK, ...process.env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const said: string[] = [];
  const hear = (line: string) => {
    said.push(line);
    if (said.length > LINES_KEPT) said.shift();
    if (!BANNER.test(line)) onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
  const ended = new Promise<Awaited<Ranks['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, said }));
  });
  await started(child);
  const killIfGone = () => killGroup(child);
  process.once('exit', killIfGone);
  ended.then(() => process.removeListener('exit', killIfGone));
  return {
    ended,
    async kill() {
      killGroup(child);
      await ended;
    },
  };
}

/** `a:2,b:2`: mpiexec fills the hosts in this order, each with so many ranks. */
function hostList(places: readonly RankPlace[]): string {
  const counts = new Map<string, number>();
  for (const { host } of places) counts.set(host, (counts.get(host) ?? 0) + 1);
  return [...counts].map(([host, count]) => `${host}:${count}`).join(',');
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new MirrorError('LAUNCH_FAILED', cause.message, cause)));
  });
}

/** mpiexec leads a group of its own, with the proxies that it forked; ranks die with their proxy. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Names and addresses of this machine, loopback's whole range among them. */
export function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host === hostname() || host.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host));
}

/** @throws MirrorError HOST_UNKNOWN, naming the first host that has no address */
export async function checkHosts(hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    await lookup(host).catch((cause: NodeJS.ErrnoException) => {
      throw new MirrorError('HOST_UNKNOWN', `"${host}", which has no address (${cause.code})`, cause);
    });
  }
}
