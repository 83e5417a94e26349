/** What a server's memory is after ten thousand strokes that twenty people have just painted into one mask, all still there. */
import { join } from 'node:path';
import { type Load, type LoadFigures, paintersOf, runLoad, strokesPerPainter } from './load.ts';
import type { RunningServer, Stage } from './stage.ts';
import { paintSessions, writeSessions } from './strokes.ts';

const STROKES = 10_000;
/** Faster than people paint: only what is left of it is looked at. */
const LOAD: Load = { name: 'memory', documents: 1, together: 20, perSecond: 25 };

export interface MemoryFigures {
  readonly strokes: number;
  /** Resident memory of the fresh process, and with the strokes in it. */
  readonly freshBytes: number;
  readonly bytes: number;
  readonly painting: LoadFigures;
}

/** `server` has served nobody yet. */
export async function measureMemory(stage: Stage, server: RunningServer): Promise<MemoryFigures> {
  const timing = { warmUpMs: 0, windowMs: (STROKES / paintersOf(LOAD) / LOAD.perSecond) * 1000 };
  const strokes = strokesPerPainter(LOAD, timing);
  const painted = paintSessions({ painters: paintersOf(LOAD), strokes, together: LOAD.together, seed: 3 });
  const sessions = join(stage.folder, 'memory');
  await writeSessions(sessions, painted);
  const { rssBytes: freshBytes } = await server.process.call('usageCollected');
  let bytes = 0;
  const beforeLeaving = async () => {
    bytes = (await server.process.call('usageCollected')).rssBytes;
  };
  const painting = await runLoad({ stage, server, load: LOAD, timing, sessions, painted, beforeLeaving });
  return { strokes: strokes * paintersOf(LOAD), freshBytes, bytes, painting };
}
