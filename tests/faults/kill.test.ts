/**
 * SIGKILL of the real server at random moments while people paint, undo and redo, on a PostgreSQL that waits for its disk.
 * After every kill a clean page must find each stroke that its author had seen saved and not taken back.
 *
 * COTRACE_LONG=1: twenty rounds; COTRACE_SEED=<n>: the round of this seed alone.
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openPainter, type Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import { type FaultDatabase, startFaultDatabase } from './database.ts';
import { explain } from './explanation.ts';
import { createLedger, type Ledger, type Stroke, type Verdict } from './ledger.ts';
import { elapsed, eventually, type Random, seededRandom, startWork, within } from './painting.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const SIZE = { width: 600, height: 400 };
const KILLS_A_ROUND = 50;
const ROUNDS = process.env.COTRACE_LONG ? 20 : 1;
const SEEDS = process.env.COTRACE_SEED
  ? [Number(process.env.COTRACE_SEED)]
  : Array.from({ length: ROUNDS }, (_, round) => round + 1);
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

it.each(SEEDS)(
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
    const accusation = async ({ lost, ghosts, wrong }: Verdict, { mask }: Painter) => {
      const shown = new Map<Stroke | undefined, number>();
      for (const at of wrong) {
        const stamp = mask.composition.stampAt(at % SIZE.width, Math.floor(at / SIZE.width));
        const stroke = stamp && ledger.find(stamp);
        shown.set(stroke, 1 + (shown.get(stroke) ?? 0));
      }
      const what = [...shown].map(([stroke, pixels]) => {
        const name = stroke === undefined ? 'nothing' : `${stroke.sessionId}:${stroke.strokeId}`;
        return `${name} on ${pixels} pixels`;
      });
      const refused = authors.flatMap(({ painter }) => painter.refused.map((body) => JSON.stringify(body)));
      const strokes = [...lost, ...[...shown.keys()].flatMap((stroke) => stroke ?? [])];
      return [
        `Seed ${seed}, kill ${counts.kills}: ${lost.size} saved strokes lost, ${ghosts} ghost pixels.`,
        `The page, of fold ${mask.foldNumber}, shows ${what.join(', ')} there.`,
        `Refused so far: ${refused.join(', ') || 'nothing'}.`,
        await explain(database.prisma, maskId, strokes),
        ...server.lines.slice(-20),
      ].join('\n');
    };
    const judge = async (moment = ledger.moment()) => {
      await using clean = openPainter(server, {
        name: 'vera',
        sessionId: `clean-page-${counts.kills}`,
        ...page,
      });
      await within('a clean page is synchronised', clean.synced);
      const verdict = ledger.judge(clean.pixels(), moment);
      counts.lost += verdict.lost.size;
      counts.ghosts += verdict.ghosts;
      if (verdict.wrong.size > 0) throw new Error(await accusation(verdict, clean));
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
      // A machine that starts a database after each kill may ask a page to come back; no stroke may be refused.
      const refused = authors.flatMap(({ painter }) => painter.refused);
      expect(refused.filter(({ code }) => code !== 'DATABASE_UNAVAILABLE')).toEqual([]);
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
