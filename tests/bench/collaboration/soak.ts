/** Whether a server's memory stays flat while people go on painting in one mask: sampled, with the slope and its error. */
import { join } from 'node:path';
import { type Load, type LoadFigures, paintersOf, runLoad, strokesPerPainter } from './load.ts';
import type { RunningServer, Stage } from './stage.ts';
import { paintSessions, writeSessions } from './strokes.ts';

/** One stroke a second each: what people do who look at what they paint. */
const LOAD: Load = { name: 'soak', documents: 1, together: 20, perSecond: 1 };
const SAMPLE_EVERY_MS = 15_000;
/** The undo horizon fills, planes and caches too: until then memory grows as it should. */
const WARM_UP_SHARE = 0.25;

export interface SoakFigures {
  readonly minutes: number;
  /** Resident memory after collections, bytes, at ms since the first stroke; the warm-up is left out. */
  readonly samples: readonly (readonly [atMs: number, bytes: number])[];
  readonly slope: Slope;
  readonly painting: LoadFigures;
}

export interface Slope {
  readonly bytesPerHour: number;
  /** Two standard errors of it. */
  readonly noise: number;
}

export async function soak(stage: Stage, server: RunningServer, minutes: number): Promise<SoakFigures> {
  const wholeMs = minutes * 60_000;
  const warmUpMs = wholeMs * WARM_UP_SHARE;
  const timing = { warmUpMs, windowMs: wholeMs - warmUpMs };
  const sessions = join(stage.folder, 'soak');
  const painted = paintSessions({
    painters: paintersOf(LOAD),
    strokes: strokesPerPainter(LOAD, timing),
    together: LOAD.together,
    seed: 4,
  });
  await writeSessions(sessions, painted);
  const samples: [number, number][] = [];
  const startedAt = performance.now();
  const taking = new Set<Promise<void>>();
  const sample = async () => {
    const { rssBytes } = await server.process.call('usageCollected');
    samples.push([performance.now() - startedAt, rssBytes]);
  };
  const timer = setInterval(() => {
    const taken = sample().finally(() => taking.delete(taken));
    taking.add(taken);
  }, SAMPLE_EVERY_MS);
  try {
    const painting = await runLoad({ stage, server, load: LOAD, timing, sessions, painted });
    clearInterval(timer);
    await Promise.all(taking);
    const counted = samples.filter(([at]) => at >= warmUpMs && at <= wholeMs);
    return { minutes, samples: counted, slope: slopeOf(counted), painting };
  } finally {
    clearInterval(timer);
  }
}

/** Least squares over at least three samples. */
export function slopeOf(samples: SoakFigures['samples']): Slope {
  const count = samples.length;
  if (count < 3) throw new Error(`At least three samples were expected, got ${count}: soak for longer.`);
  const mean = (of: (sample: (typeof samples)[number]) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / count;
  const [meanAt, meanBytes] = [mean(([at]) => at), mean(([, bytes]) => bytes)];
  const spread = samples.reduce((sum, [at]) => sum + (at - meanAt) ** 2, 0);
  const slope = samples.reduce((sum, [at, bytes]) => sum + (at - meanAt) * (bytes - meanBytes), 0) / spread;
  const rest = samples.reduce(
    (sum, [at, bytes]) => sum + (bytes - meanBytes - slope * (at - meanAt)) ** 2,
    0,
  );
  const error = Math.sqrt(rest / (count - 2) / spread);
  return { bytesPerHour: slope * 3_600_000, noise: 2 * error * 3_600_000 };
}
