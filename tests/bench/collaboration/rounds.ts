/** Several runs of one load as one set of figures: medians of what varies, the worst of what must not happen at all. */
import { median } from '../measure.ts';
import type { Percentiles } from './latencies.ts';
import type { HarnessFigures, LoadFigures } from './load.ts';

export function medianOfRounds(rounds: readonly LoadFigures[]): LoadFigures {
  const middle = (of: (round: LoadFigures) => number) => median(rounds.map(of));
  const worst = (of: (round: LoadFigures) => number) => Math.max(...rounds.map(of));
  const harness = (of: (figures: HarnessFigures) => number) =>
    median(rounds.map((round) => of(round.harness)));
  const database = rounds.flatMap(({ databaseCpuMs }) => databaseCpuMs ?? []);
  return {
    intended: rounds[0]!.intended,
    carried: middle((round) => round.carried),
    toPeer: medianPercentiles(rounds.map(({ toPeer }) => toPeer)),
    missing: worst((round) => round.missing),
    durable: medianPercentiles(rounds.map(({ durable }) => durable)),
    notDurable: worst((round) => round.notDurable),
    bytesUp: middle((round) => round.bytesUp),
    bytesDownPerPeer: middle((round) => round.bytesDownPerPeer),
    serverCpuMs: middle((round) => round.serverCpuMs),
    databaseCpuMs: database.length === rounds.length ? median(database) : undefined,
    serverCores: middle((round) => round.serverCores),
    refused: rounds.flatMap(({ refused }) => refused),
    cutOff: worst((round) => round.cutOff),
    harness: {
      sendLatenessP99: harness((figures) => figures.sendLatenessP99),
      loopDelayP99: harness((figures) => figures.loopDelayP99),
      cores: harness((figures) => figures.cores),
    },
  };
}

/** Undefined where a round has none. */
function medianPercentiles(rounds: readonly (Percentiles | undefined)[]): Percentiles | undefined {
  const all = rounds.filter((round) => round !== undefined);
  if (all.length < rounds.length) return undefined;
  return {
    samples: all.reduce((sum, { samples }) => sum + samples, 0),
    p50: median(all.map(({ p50 }) => p50)),
    p95: median(all.map(({ p95 }) => p95)),
    p99: median(all.map(({ p99 }) => p99)),
    most: Math.max(...all.map(({ most }) => most)),
  };
}
