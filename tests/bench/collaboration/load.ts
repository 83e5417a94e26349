/** One load on one server, once: painters in, strokes by plan, figures out. */

import type { PainterCalls, TeamFigures } from './client/painters.ts';
import { now } from './clock.ts';
import { Latencies, type Percentiles } from './latencies.ts';
import { type Child, startChild } from './processes.ts';
import { cpuMsOf } from './processTime.ts';
import { intendedAt, isCounted, type Schedule, strokesOf } from './schedule.ts';
import type { Stored } from './servers/serverCalls.ts';
import type { RunningServer, Stage } from './stage.ts';
import type { PaintedSession } from './strokes.ts';

export interface Load {
  readonly name: string;
  /** Documents that are painted in at once, and painters in each. */
  readonly documents: number;
  readonly together: number;
  /** Strokes that each painter sends in a second. */
  readonly perSecond: number;
}

export const LOADS: readonly Load[] = [
  { name: '2', documents: 1, together: 2, perSecond: 10 },
  { name: '20', documents: 1, together: 20, perSecond: 10 },
  { name: '100', documents: 1, together: 100, perSecond: 10 },
  { name: '50x4', documents: 50, together: 4, perSecond: 10 },
];

export const paintersOf = ({ documents, together }: Load): number => documents * together;

export interface Timing {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

export const periodOf = ({ perSecond }: Load): number => 1000 / perSecond;
export const strokesPerPainter = (load: Load, timing: Timing): number =>
  strokesOf({ periodMs: periodOf(load), ...timing });

export interface LoadFigures {
  /** Strokes a second that were meant to be sent, and that came in at all their peers. */
  readonly intended: number;
  readonly carried: number;
  /** Undefined where nothing came in. */
  readonly toPeer: Percentiles | undefined;
  /** Pairs of a stroke and a peer that were still waited for some seconds after the last stroke. */
  readonly missing: number;
  /** Undefined for a server that keeps nothing. */
  readonly durable: Percentiles | undefined;
  /** Strokes that count and never became durable. */
  readonly notDurable: number;
  /** Bytes of the median frame that brings a stroke; bytes towards one peer for each stroke, acknowledgements included. */
  readonly bytesUp: number;
  readonly bytesDownPerPeer: number;
  /** Processor time for each stroke carried, ms. */
  readonly serverCpuMs: number;
  readonly databaseCpuMs: number | undefined;
  /** Share of one processor core that the server had. */
  readonly serverCores: number;
  readonly refused: readonly string[];
  readonly cutOff: number;
  readonly harness: HarnessFigures;
}

/** Whether the painters themselves kept up. */
export interface HarnessFigures {
  readonly sendLatenessP99: number;
  readonly loopDelayP99: number;
  /** Share of one processor core that the busiest process of painters had. */
  readonly cores: number;
}

export interface LoadRun {
  readonly stage: Stage;
  readonly server: RunningServer;
  readonly load: Load;
  readonly timing: Timing;
  /** File of the painted sessions, and what is in it. */
  readonly sessions: string;
  readonly painted: readonly PaintedSession[];
  /** File that a profile of the server's processor time goes to. */
  readonly profile?: string | undefined;
  /** Called when everything is in and all painters are still there. */
  readonly beforeLeaving?: () => Promise<void>;
}

/** Painters are shared out among this many processes. */
const TEAMS = 2;
/** Milliseconds between the last socket that is in and the first stroke. */
const BREATH_MS = 300;
/** Milliseconds in which a server that keeps documents must have stored the last stroke. */
const STORE_PATIENCE_MS = 13_000;

export async function runLoad(run: LoadRun): Promise<LoadFigures> {
  const { stage, server, load, timing, sessions } = run;
  const names = await server.process.call('makeDocuments', { count: load.documents });
  const painters = Array.from({ length: paintersOf(load) }, (_, painter) => painter);
  const documents = painters.map((painter) => names[Math.floor(painter / load.together)]!);
  const stored: Stored[] = [];
  const stopListening = server.process.onTold((told) => stored.push(told as Stored));
  const teams = await Promise.all(
    Array.from({ length: TEAMS }, () =>
      startChild<PainterCalls>({ file: 'client/painters.ts', node: stage.node }),
    ),
  );
  try {
    await Promise.all(
      teams.map((team, index) => {
        const mine = painters.filter((painter) => painter % TEAMS === index);
        const { kind, origin, token } = server;
        return team.call('connect', { kind, origin, token, sessions, documents, mine });
      }),
    );
    const schedule: Schedule = { startAt: now() + BREATH_MS, periodMs: periodOf(load), ...timing };
    const [cpu, figures] = await Promise.all([
      cpuOfWindow(run, schedule),
      Promise.all(teams.map((team) => team.call('paint', schedule))),
    ]);
    const durable = await durableOf(run, schedule, { figures, documents, stored });
    await run.beforeLeaving?.();
    await Promise.all(teams.map((team) => team.call('leave')));
    return summarise(load, timing, { cpu, figures, durable });
  } finally {
    stopListening();
    await Promise.all(teams.map((team: Child<PainterCalls>) => team.end()));
  }
}

async function cpuOfWindow({ stage, server, profile }: LoadRun, { startAt, warmUpMs, windowMs }: Schedule) {
  const read = async () => {
    const [own, database] = await Promise.all([cpuMsOf(server.process.pid), stage.databaseCpuMs()]);
    return { server: own ?? (await server.process.call('usage')).cpuMs, database };
  };
  const wait = (moment: number) => new Promise((resolve) => setTimeout(resolve, moment - now()));
  if (profile !== undefined) await server.process.call('startProfile');
  await wait(startAt + warmUpMs);
  const before = await read();
  await wait(startAt + warmUpMs + windowMs);
  const after = await read();
  if (profile !== undefined) await server.process.call('endProfile', { file: profile });
  return {
    server: after.server - before.server,
    database:
      after.database === undefined || before.database === undefined
        ? undefined
        : after.database - before.database,
  };
}

interface Durable {
  readonly latencies: Latencies;
  readonly missing: number;
}

/** Cotrace tells its painters what is durable; of Hocuspocus the stores are looked through for the first that held a stroke. */
async function durableOf(
  { server, load, timing, painted }: LoadRun,
  schedule: Schedule,
  { figures, documents, stored }: { figures: TeamFigures[]; documents: string[]; stored: Stored[] },
): Promise<Durable | undefined> {
  if (server.kind === 'relay') return undefined;
  const counted = (painter: number) =>
    Array.from({ length: strokesPerPainter(load, timing) }, (_, stroke) => ({
      stroke,
      at: intendedAt(schedule, painter, stroke),
    })).filter(({ at }) => isCounted(schedule, at));
  const expected = documents.reduce((sum, _, painter) => sum + counted(painter).length, 0);
  const latencies = new Latencies();
  if (server.kind === 'cotrace') {
    for (const { durable } of figures) latencies.take(durable);
    return { latencies, missing: expected - latencies.samples };
  }
  const clockIn = ({ clocks }: Stored, clientId: number) => new Map(clocks).get(clientId) ?? 0;
  const isAllStored = () =>
    documents.every((document, painter) => {
      const { clientId, updates } = painted[painter]!;
      return stored.some(
        (store) => store.document === document && clockIn(store, clientId) >= updates.length,
      );
    });
  const deadline = now() + STORE_PATIENCE_MS;
  while (!isAllStored() && now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  for (const [painter, document] of documents.entries()) {
    const { clientId } = painted[painter]!;
    const stores = stored
      .filter((store) => store.document === document)
      .map((store) => ({ at: store.at, clock: clockIn(store, clientId) }));
    for (const { stroke, at } of counted(painter)) {
      const first = stores.find(({ clock }) => clock > stroke);
      if (first !== undefined) latencies.add(first.at - at);
    }
  }
  return { latencies, missing: expected - latencies.samples };
}

function summarise(
  load: Load,
  { windowMs }: Timing,
  given: {
    cpu: { server: number; database: number | undefined };
    figures: TeamFigures[];
    durable: Durable | undefined;
  },
): LoadFigures {
  const { cpu, figures, durable } = given;
  const sum = (of: (team: TeamFigures) => number) => figures.reduce((total, team) => total + of(team), 0);
  const together = (of: (team: TeamFigures) => ReturnType<Latencies['toBuckets']>) =>
    figures.reduce((all, team) => all.take(of(team)), new Latencies());
  const most = (of: (team: TeamFigures) => number) => Math.max(...figures.map(of));
  const delivered = sum((team) => team.delivered);
  const carried = delivered / (load.together - 1);
  return {
    intended: paintersOf(load) * load.perSecond,
    carried: carried / (windowMs / 1000),
    toPeer: together((team) => team.toPeer).percentiles(),
    missing: sum((team) => team.missing),
    durable: durable?.latencies.percentiles(),
    notDurable: durable?.missing ?? 0,
    bytesUp: together((team) => team.frameBytes).at(0.5),
    bytesDownPerPeer: sum((team) => team.bytesDown) / delivered,
    serverCpuMs: cpu.server / carried,
    databaseCpuMs: cpu.database === undefined ? undefined : cpu.database / carried,
    serverCores: cpu.server / windowMs,
    refused: figures.flatMap((team) => team.refusals),
    cutOff: sum((team) => team.cutOff),
    harness: {
      sendLatenessP99: together((team) => team.sendLateness).at(0.99),
      loopDelayP99: most((team) => team.loopDelayP99),
      cores: most((team) => team.cpuMs) / windowMs,
    },
  };
}
