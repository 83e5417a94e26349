/**
 * PostgreSQL frozen, stopped, or without room on its disk, while people paint on the real server: nothing is called saved
 * that is not, painting goes on within bounded memory, the reason is told, and all is saved later without a new stroke.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPainter, type Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import { atExit } from './atExit.ts';
import { type FaultDatabase, startFaultDatabase } from './database.ts';
import { createLedger, type Ledger, NOTHING_WRONG } from './ledger.ts';
import { elapsed, eventually, seededRandom, startWork, type Work, within } from './painting.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const SIZE = { width: 600, height: 400 };
const NAMES = ['anna', 'bert', 'cleo', 'dora'];
const OUTAGE_MS = process.env.COTRACE_LONG ? 60_000 : 6_000;
/** Bytes of updates that may wait for the database here: so few that an outage reaches the bound. */
const MAX_PENDING_BYTES = 64 * 1024;
/** What a server may take more during an outage: its queue is thousands of times smaller, the rest is Node's own breathing. */
const MAX_GROWTH_BYTES = 96 * 1024 * 1024;

interface Scene extends AsyncDisposable {
  readonly server: ServerProcess;
  readonly ledger: Ledger;
  readonly painters: readonly Painter[];
  readonly work: Work;
  clean(): Promise<Painter>;
  /** No new stroke, and yet everything comes to be saved; then the server dies, and a clean page finds it all. */
  recovers(): Promise<void>;
}

async function openScene(
  database: FaultDatabase,
  { databaseUrl = database.url, maxPendingBytes = 32 * 1024 * 1024, scene = '' },
): Promise<Scene> {
  const limits = { maxPendingBytes, longestRetryMs: 1_000 };
  const server = await startServerProcess({ databaseUrl, limits });
  const room = `${await database.addMask(SIZE)}@0`;
  const ledger = createLedger(SIZE);
  const painters: Painter[] = [];
  const authors = NAMES.map((name) => {
    const sessionId = `session-${name}${scene}`;
    const painter = openPainter(server, { name, sessionId, room, ...SIZE });
    painter.provider.maxBackoffTime = 500;
    painters.push(painter);
    return ledger.follow(painter, sessionId);
  });
  await within('everybody is in', Promise.all(painters.map(({ synced }) => synced)));
  const work = startWork(authors, seededRandom(11), { everyMs: 50, size: SIZE });
  await eventually('strokes are saved', () => ledger.acknowledged > 20);
  const clean = async () => {
    const page = openPainter(server, { name: 'vera', sessionId: `clean-page${scene}`, room, ...SIZE });
    await within('a clean page is synchronised', page.synced);
    return page;
  };
  return {
    server,
    ledger,
    painters,
    work,
    clean,
    async recovers() {
      work.stop();
      const painted = ledger.painted;
      await eventually(
        'everything is saved',
        () => painters.every(({ tracker }) => tracker.pendingStrokes === 0),
        60_000,
      );
      expect(ledger.painted).toBe(painted);
      await server.kill();
      await server.restart();
      await using page = await clean();
      expect(ledger.judge(page.pixels(), ledger.moment())).toEqual(NOTHING_WRONG);
    },
    async [Symbol.asyncDispose]() {
      work.stop();
      for (const painter of painters) await painter[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What was on its way when the database went has come: no acknowledgement after it is an honest one. */
async function nothingIsAcknowledged(ledger: Ledger, whileMs: number): Promise<void> {
  await elapsed(500);
  const { acknowledged, painted } = ledger;
  await elapsed(whileMs - 500);
  expect(ledger.acknowledged).toBe(acknowledged);
  expect(ledger.painted, 'painting goes on').toBeGreaterThan(painted + 20);
}

describe('PostgreSQL', () => {
  let database: FaultDatabase;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    database = await startFaultDatabase();
    await database.addPeople('annotator', ...NAMES);
    await database.addPeople('viewer', 'vera');
    proxy = await startProxy(database.port, { raw: true });
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  it.skipIf(process.platform !== 'linux')(
    `that is frozen for ${OUTAGE_MS / 1000} s makes no false acknowledgement, bounds the memory, says so, and all is saved afterwards`,
    { timeout: OUTAGE_MS + 120_000 },
    async () => {
      await using scene = await openScene(database, { maxPendingBytes: MAX_PENDING_BYTES, scene: '-frozen' });
      const { rss } = await scene.server.measure();
      await database.freeze();
      try {
        await nothingIsAcknowledged(scene.ledger, OUTAGE_MS);
        const told = () => scene.painters.some(({ refused }) => refused.length > 0);
        await eventually('somebody is told why', told);
        expect((await scene.server.measure()).rss - rss).toBeLessThan(MAX_GROWTH_BYTES);
      } finally {
        await database.thaw();
      }
      await scene.recovers();
      const codes = scene.painters.flatMap(({ refused }) => refused.map(({ code }) => code));
      expect(new Set(codes)).toEqual(new Set(['DATABASE_UNAVAILABLE']));
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'that is frozen when the server is killed has given no stroke for saved that a clean page does not find',
    { timeout: 120_000 },
    async () => {
      await using scene = await openScene(database, { scene: '-killed' });
      await database.freeze();
      try {
        await nothingIsAcknowledged(scene.ledger, 1_500);
        await scene.server.kill();
      } finally {
        await database.thaw();
      }
      const moment = scene.ledger.moment();
      await scene.server.restart();
      await using page = await scene.clean();
      expect(scene.ledger.judge(page.pixels(), moment)).toEqual(NOTHING_WRONG);
      await scene.recovers();
    },
  );

  it(`that is stopped for ${OUTAGE_MS / 1000} s and started again makes no false acknowledgement, and all is saved without a new stroke`, {
    timeout: OUTAGE_MS + 120_000,
  }, async () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    await using scene = await openScene(database, {
      databaseUrl: url.href,
      maxPendingBytes: MAX_PENDING_BYTES,
      scene: '-stopped',
    });
    const { rss } = await scene.server.measure();
    await database.stop();
    await nothingIsAcknowledged(scene.ledger, OUTAGE_MS);
    const told = () => scene.painters.some(({ refused }) => refused.length > 0);
    await eventually('somebody is told why', told);
    expect((await scene.server.measure()).rss - rss).toBeLessThan(MAX_GROWTH_BYTES);
    await database.start();
    proxy.target = database.port;
    await scene.recovers();
    const codes = scene.painters.flatMap(({ refused }) => refused.map(({ code }) => code));
    expect(new Set(codes)).toEqual(new Set(['DATABASE_UNAVAILABLE']));
  });
});

describe('a disk', () => {
  let folder: string | undefined;
  let forget = () => {};
  beforeAll(() => {
    const at = mkdtempSync(join(tmpdir(), 'cotrace-faults-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m,mode=755', 'tmpfs', at], { stdio: 'pipe' });
    } catch (error) {
      rmSync(at, { recursive: true });
      process.stdout.write(
        `Disk full is not tested: mounting is not allowed here (${String(error).slice(0, 100)})\n`,
      );
      return;
    }
    folder = at;
    chmodSync(at, 0o755);
    forget = atExit(() => execFileSync('umount', ['-l', at]));
  });
  afterAll(() => {
    forget();
    if (folder === undefined) return;
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });

  it('that is full lets nothing be called saved, is told of, and all is saved when there is room', {
    timeout: 120_000,
  }, async ({ skip }) => {
    if (folder === undefined) return skip('mounting is not allowed here');
    await using database = await startFaultDatabase({ folder: join(folder, 'postgres') });
    await database.addPeople('annotator', ...NAMES);
    await database.addPeople('viewer', 'vera');
    await using scene = await openScene(database, { maxPendingBytes: MAX_PENDING_BYTES });
    const filler = join(folder, 'filler');
    const { bavail, bsize } = await statfs(folder);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
    // The pages that PostgreSQL has reserved are used up first.
    const told = () => scene.painters.some(({ refused }) => refused.length > 0);
    await eventually('somebody is told why', told, 60_000);
    await nothingIsAcknowledged(scene.ledger, 2_000);
    rmSync(filler);
    await scene.recovers();
    const codes = scene.painters.flatMap(({ refused }) => refused.map(({ code }) => code));
    expect(codes.filter((code) => code !== 'DATABASE_UNAVAILABLE' && code !== 'DISK_FULL')).toEqual([]);
  });
});
