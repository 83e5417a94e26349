/**
 * An hour of work (SOAK_MINUTES of it, three at least) by twenty people on one mask, at ten strokes a second each, who load their
 * pages anew once a minute: what the server keeps in memory is that of the live part, and does not grow. Only in the long run.
 * SOAK_LEAK=listeners has something listen to every socket for ever: the check must fail then.
 */
import { expect, it, vi } from 'vitest';
import { type LightPainter, openLightPainter } from './lightPainter.ts';
import { elapsed, eventually, randomRuns, seededRandom, within } from './painting.ts';
import type { Leak, Measured } from './serverProcess.ts';
import { steadinessOf } from './steadiness.ts';
import { report, same, startWorld } from './world.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const MINUTES = Number(process.env.SOAK_MINUTES ?? 60);
const PAINTERS = 20;
const STROKES_A_SECOND = 10;
const SIZE = { width: 1_500, height: 1_000 };
const RELOADS_A_MINUTE = 20;
const SAMPLES = Math.max(60, MINUTES * 6);
/** Minutes until the undo horizons are full, a few folds are done, every tile is painted and the code is compiled. */
const WARM_UP = Math.max(1.5, MINUTES / 4);
const leak = process.env.SOAK_LEAK as Leak | undefined;
const MB = 1024 * 1024;

it.skipIf(!process.env.COTRACE_LONG)(
  `${PAINTERS} people paint for ${MINUTES} minutes: the server's memory does not grow`,
  { timeout: (MINUTES + 10) * 60_000 },
  async () => {
    await using world = await startWorld(leak === undefined ? {} : { leak });
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
      }, 1000 / STROKES_A_SECOND),
    );
    let reloads = 0;
    timers.push(setInterval(() => painters[reloads++ % PAINTERS]!.reload(), 60_000 / RELOADS_A_MINUTE));
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
    const settled = series.filter(({ minute }) => minute >= WARM_UP);
    const inUse = steadinessOf(
      settled.map(({ minute: at, heapUsed, external }) => ({ at, value: heapUsed + external })),
    );
    const resident = steadinessOf(settled.map(({ minute: at, rss: value }) => ({ at, value })));
    report('soak, in use', { ...inUse });
    report('soak, resident', { ...resident });
    expect(inUse, `bytes in use from minute ${WARM_UP} to minute ${MINUTES}`).toMatchObject({
      isSteady: true,
    });
    // The system hands it out in larger pieces, and V8 gives little of it back.
    expect(resident.growth, 'resident bytes').toBeLessThan(Math.max(resident.allowance, 0.1 * resident.mean));
  },
);
