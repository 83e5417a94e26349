/**
 * An hour of work (SOAK_MINUTES of it) by twenty people on one mask, at ten strokes a second each: what the server keeps in
 * memory is that of the live part, and does not grow. Only in the long run.
 */
import { expect, it, vi } from 'vitest';
import { type LightPainter, openLightPainter } from './lightPainter.ts';
import { elapsed, eventually, randomRuns, seededRandom, within } from './painting.ts';
import type { Measured } from './serverProcess.ts';
import { report, same, startWorld } from './world.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const MINUTES = Number(process.env.SOAK_MINUTES ?? 60);
const PAINTERS = 20;
const STROKES_A_SECOND = 10;
const SIZE = { width: 1_500, height: 1_000 };
const SAMPLES = 60;
const MB = 1024 * 1024;

it.skipIf(!process.env.COTRACE_LONG)(
  `${PAINTERS} people paint for ${MINUTES} minutes: the server's memory does not grow`,
  { timeout: (MINUTES + 10) * 60_000 },
  async () => {
    await using world = await startWorld();
    const room = await world.room(SIZE);
    const maskId = room.split('@')[0]!;
    const watcher = await world.page('anna', { room, size: SIZE });
    const random = seededRandom(1);
    const painters: LightPainter[] = Array.from({ length: PAINTERS }, (_, i) =>
      openLightPainter(world.server, { name: 'bert', sessionId: `session-soak-${i}`, maskId }),
    );
    let lamport = 1;
    let act = 0;
    const timers = painters.map((painter) =>
      setInterval(() => {
        act++;
        if (act % 12 === 0) painter.undo();
        else painter.paint(1 + (act % 9), randomRuns(random, SIZE), ++lamport);
        // Every page is loaded anew now and then: sessions own several client ids.
        if (act % (PAINTERS * STROKES_A_SECOND * 600) === 0) painter.reload();
      }, 1000 / STROKES_A_SECOND),
    );
    const series: (Measured & { minute: number; acknowledged: number })[] = [];
    const acknowledged = () => painters.reduce((sum, painter) => sum + painter.acknowledged, 0);
    try {
      for (let i = 0; i < SAMPLES; i++) {
        await elapsed((MINUTES * 60_000) / SAMPLES);
        const measured = await world.server.measure();
        series.push({ ...measured, minute: ((i + 1) * MINUTES) / SAMPLES, acknowledged: acknowledged() });
      }
    } finally {
      for (const timer of timers) clearInterval(timer);
    }
    await eventually(
      'everything is acknowledged',
      () => painters.every(({ waiting }) => waiting === 0),
      120_000,
    );
    for (const painter of painters) painter.close();
    for (const { minute, rss, heapUsed, external, acknowledged: saved } of series) {
      const [rssMb, heapMb, externalMb] = [rss, heapUsed, external].map((bytes) => bytes / MB);
      report('soak', { minute, saved, rssMb, heapMb, externalMb });
    }
    const clean = await within(
      'a clean page is in',
      world.cleanPage({ room: `${maskId}@${watcher.epoch}`, size: SIZE }),
    );
    await within(
      'both show the same',
      watcher.until(() => same(watcher.pixels(), clean.pixels())),
      120_000,
    );
    // What must be loaded, compiled and filled first is not growth.
    const settled = series.slice(SAMPLES / 3);
    for (const of of ['heapUsed', 'rss'] as const) {
      const { growth, noise, mean } = trend(settled.map((sample) => sample[of]));
      report(`soak, ${of}`, { growthMb: growth / MB, noiseMb: noise / MB, meanMb: mean / MB });
      expect(growth, `${of} over ${(MINUTES * 2) / 3} minutes`).toBeLessThan(
        Math.max(3 * noise, 0.05 * mean),
      );
    }
  },
);

/** A straight line through the values: what it rises from the first to the last, and the standard deviation around it. */
function trend(values: readonly number[]): { growth: number; noise: number; mean: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const middle = (n - 1) / 2;
  const covariance = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0);
  const slope = covariance / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const squares = values.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0);
  return { growth: slope * (n - 1), noise: Math.sqrt(squares / n), mean };
}
