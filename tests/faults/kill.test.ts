/**
 * SIGKILL of the real server at random moments while people paint, undo and redo, on a PostgreSQL that waits for its disk.
 * After every kill a clean page must find each stroke that its author had seen saved and not taken back.
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openPainter } from '../../apps/server/src/rooms/testing/painter.ts';
import { type FaultDatabase, startFaultDatabase } from './database.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { elapsed, eventually, type Random, seededRandom, startWork, within } from './painting.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const SIZE = { width: 600, height: 400 };
const KILLS_A_ROUND = 50;
const ROUNDS = process.env.COTRACE_LONG ? 20 : 1;
const NAMES = ['anna', 'bert', 'cleo', 'dora'];
/** So small that the server folds again and again between two kills. */
const FOLDS = {
  undoHorizon: 10,
  foldAtLeast: 30,
  foldQuietAtLeast: 10,
  foldQuietMs: 1_000,
  foldLeaseMs: 300,
};

let database: FaultDatabase;
let server: ServerProcess;
beforeAll(async () => {
  database = await startFaultDatabase();
  await database.addPeople('annotator', ...NAMES);
  await database.addPeople('viewer', 'vera');
  server = await startServerProcess({ databaseUrl: database.url, limits: FOLDS }, { standBy: true });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

it.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))(
  'nothing that was called saved is lost in kills while painting, round %i',
  { timeout: 900_000 },
  async (seed) => {
    const random = seededRandom(seed);
    const maskId = await database.addMask(SIZE);
    const page = { room: `${maskId}@0`, undoHorizon: FOLDS.undoHorizon, ...SIZE };
    const ledger = createLedger(SIZE);
    const authors = NAMES.map((name) => {
      const sessionId = `session-${name}-${seed}`;
      const painter = openPainter(server, { name, sessionId, ...page });
      painter.provider.maxBackoffTime = 100;
      return ledger.follow(painter, sessionId);
    });
    const work = startWork(authors, random, { everyMs: 100, size: SIZE });
    const counts = { kills: 0, soonAfterAcknowledgement: 0, lost: 0, ghosts: 0 };
    const judge = async (moment = ledger.moment()) => {
      await using clean = openPainter(server, {
        name: 'vera',
        sessionId: `clean-page-${counts.kills}`,
        ...page,
      });
      await within('a clean page is synchronised', clean.synced);
      const { lost, ghosts } = ledger.judge(clean.pixels(), moment);
      counts.lost += lost.size;
      counts.ghosts += ghosts;
      expect(
        [...lost].map(({ sessionId, strokeId }) => `${sessionId}:${strokeId}`),
        `seed ${seed}`,
      ).toEqual([]);
      expect(ghosts, `seed ${seed}`).toBe(0);
    };
    try {
      while (counts.kills < KILLS_A_ROUND) {
        const before = ledger.acknowledged;
        await eventually(
          'strokes are acknowledged again',
          () => ledger.acknowledged >= before + NAMES.length,
        );
        await untilMoment(ledger, random);
        if (performance.now() - ledger.lastAcknowledgedAt < 50) counts.soonAfterAcknowledgement++;
        await server.kill();
        counts.kills++;
        // Acknowledgements that were still in the sockets have come by now, or count as not given.
        const moment = ledger.moment();
        await server.restart();
        await judge(moment);
      }
      work.stop();
      await within('everything is saved', Promise.all(authors.map(({ painter }) => painter.saved())));
      await server.kill();
      await server.restart();
      await judge();
      for (const { painter } of authors) expect(painter.refused).toEqual([]);
    } finally {
      work.stop();
      const { painted, acknowledged, undone } = ledger;
      const folds = (await database.prisma.maskFold.findUnique({ where: { maskId } }))?.number ?? 0;
      process.stdout.write(`${JSON.stringify({ ...counts, painted, acknowledged, undone, folds })}\n`);
      for (const { painter } of authors) await painter[Symbol.asyncDispose]();
    }
    expect(counts.soonAfterAcknowledgement).toBeGreaterThanOrEqual(KILLS_A_ROUND / 3);
    expect(counts).toMatchObject({ kills: KILLS_A_ROUND, lost: 0, ghosts: 0 });
  },
);

/** Half of the kills come within 40 ms of an acknowledgement, some in its very step; the others whenever. */
async function untilMoment(ledger: Ledger, random: Random): Promise<void> {
  if (random() < 0.35) return elapsed(random() * 300);
  const waitMs = random() < 0.3 ? 0 : random() * 40;
  await new Promise<void>((resolve) => {
    const forget = ledger.onAcknowledged(() => {
      forget();
      if (waitMs === 0) resolve();
      else setTimeout(resolve, waitMs);
    });
  });
}
