/** The whole measurement in its order: servers in turns on one machine, medians of the rounds. Prints nothing. */
import { join } from 'node:path';
import { syncMs } from './disk.ts';
import { untilIdle } from './idle.ts';
import { JOIN_STROKES, type JoinFigures, measureJoins } from './join.ts';
import { type Load, type LoadFigures, paintersOf, runLoad, strokesPerPainter } from './load.ts';
import { type MemoryFigures, measureMemory } from './memory.ts';
import type { Peers } from './peers.ts';
import { medianOfRounds } from './rounds.ts';
import { type SoakFigures, soak } from './soak.ts';
import { openStage, type RunningServer, type Stage } from './stage.ts';
import { paintSessions, writeSessions } from './strokes.ts';
import type { ServerKind } from './wires.ts';

export type Part = 'loads' | 'memory' | 'joins' | 'soak';
export const PARTS: readonly Part[] = ['loads', 'memory', 'joins', 'soak'];
/** A soak takes as long as one wants; it is done when it is asked for. */
export const USUAL_PARTS: readonly Part[] = ['loads', 'memory', 'joins'];

export interface Plan {
  /** Undefined: Cotrace alone. */
  readonly peers: Peers | undefined;
  readonly loads: readonly Load[];
  readonly rounds: number;
  readonly seconds: number;
  readonly minutes: number;
  readonly parts: ReadonlySet<Part>;
  /** Folder that profiles of the servers' processor time go to. */
  readonly profiles?: string | undefined;
  /** Told what is being done. */
  progress(doing: string): void;
}

type Compared = Exclude<ServerKind, 'relay'>;

export interface LoadResult {
  readonly load: Load;
  /** Medians of the rounds. */
  readonly medians: Readonly<Record<Compared, LoadFigures | undefined>>;
  /** One run of it: how much is the machine, the sockets and the painters. */
  readonly floor: LoadFigures;
  readonly rounds: Readonly<Record<Compared, readonly LoadFigures[]>>;
}

export interface Measured {
  readonly syncMs: number;
  readonly nodeVersion: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly roundCount: number;
  readonly loads: readonly LoadResult[];
  readonly memory: Readonly<Partial<Record<Compared, MemoryFigures>>>;
  readonly soaks: Readonly<Partial<Record<Compared, SoakFigures>>>;
  readonly joins: readonly Readonly<Partial<Record<Compared, JoinFigures>> & { strokes: number }>[];
}

const WARM_UP_MS = 2_000;
/** What a new process has to see before it is as fast as it will be. */
const FIRST_LOAD: Load = { name: 'first', documents: 1, together: 20, perSecond: 20 };
const FIRST_TIMING = { warmUpMs: 0, windowMs: 4_000 };

export async function measure(plan: Plan): Promise<Measured> {
  const { peers, parts } = plan;
  const compared: Compared[] = peers === undefined ? ['cotrace'] : ['cotrace', 'hocuspocus'];
  await using stage = await openStage({ node: peers?.node ?? process.execPath, peers: peers?.folder });
  const measuredSyncMs = await syncMs(stage.folder);
  const memory: Partial<Record<Compared, MemoryFigures>> = {};
  if (parts.has('memory')) {
    for (const kind of compared) {
      plan.progress(`10,000 strokes in one mask: ${kind}`);
      await using server = await stage.startServer(kind);
      memory[kind] = await measureMemory(stage, server);
    }
  }
  const soaks: Partial<Record<Compared, SoakFigures>> = {};
  if (parts.has('soak')) {
    for (const kind of compared) {
      plan.progress(`painting for ${plan.minutes} minutes: ${kind}`);
      await using server = await stage.startServer(kind);
      soaks[kind] = await soak(stage, server, plan.minutes);
    }
  }
  return {
    syncMs: measuredSyncMs,
    nodeVersion: peers?.versions.node ?? process.versions.node,
    versions: peers?.versions ?? {},
    seconds: plan.seconds,
    roundCount: plan.rounds,
    memory,
    soaks,
    loads: parts.has('loads') ? await measureLoads(stage, plan, compared) : [],
    joins: parts.has('joins') ? await measureAllJoins(stage, plan, compared) : [],
  };
}

async function measureLoads(stage: Stage, plan: Plan, compared: Compared[]): Promise<LoadResult[]> {
  const servers = new Map<ServerKind, RunningServer>();
  for (const kind of ['relay', ...compared] as const) {
    plan.progress(`starting ${kind}`);
    const server = await stage.startServer(kind);
    servers.set(kind, server);
    await runOnce(stage, server, FIRST_LOAD, FIRST_TIMING);
  }
  const timing = { warmUpMs: WARM_UP_MS, windowMs: plan.seconds * 1000 };
  const results: LoadResult[] = [];
  for (const load of plan.loads) {
    const rounds: Record<Compared, LoadFigures[]> = { cotrace: [], hocuspocus: [] };
    plan.progress(`${load.name} painters: relay`);
    const floor = await runOnce(stage, servers.get('relay')!, load, timing);
    for (let round = 1; round <= plan.rounds; round++) {
      for (const kind of compared) {
        plan.progress(`${load.name} painters, round ${round} of ${plan.rounds}: ${kind}`);
        const profile =
          plan.profiles === undefined || round > 1
            ? undefined
            : join(plan.profiles, `${kind}-${load.name}.cpuprofile`);
        rounds[kind].push(await runOnce(stage, servers.get(kind)!, load, timing, profile));
      }
    }
    const medians = (kind: Compared) => (rounds[kind].length > 0 ? medianOfRounds(rounds[kind]) : undefined);
    results.push({
      load,
      floor,
      rounds,
      medians: { cotrace: medians('cotrace'), hocuspocus: medians('hocuspocus') },
    });
  }
  for (const server of servers.values()) await server[Symbol.asyncDispose]();
  return results;
}

async function runOnce(
  stage: Stage,
  server: RunningServer,
  load: Load,
  timing: { warmUpMs: number; windowMs: number },
  profile?: string,
): Promise<LoadFigures> {
  const strokes = strokesPerPainter(load, timing);
  const sessions = join(stage.folder, `painted-${load.name}`);
  const painted = paintSessions({ painters: paintersOf(load), strokes, together: load.together, seed: 1 });
  await writeSessions(sessions, painted);
  await untilIdle(stage, server);
  return runLoad({ stage, server, load, timing, sessions, painted, profile });
}

async function measureAllJoins(stage: Stage, plan: Plan, compared: Compared[]): Promise<Measured['joins']> {
  const results = [];
  for (const strokes of JOIN_STROKES) {
    plan.progress(`joining a mask of ${strokes} strokes`);
    results.push({ strokes, ...Object.fromEntries(await measureJoins(stage, compared, { strokes })) });
  }
  return results;
}
