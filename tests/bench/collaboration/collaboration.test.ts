/** The bench of painting together must not rot: three painters, a second and a half, the real server and the bare relay. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { toMarkdown, toText } from '../tables.ts';
import { measureJoins } from './join.ts';
import { Latencies } from './latencies.ts';
import { type Load, type LoadFigures, paintersOf, runLoad, strokesPerPainter } from './load.ts';
import { tablesOf } from './report.ts';
import { medianOfRounds } from './rounds.ts';
import { slopeOf } from './soak.ts';
import { openStage, type Stage } from './stage.ts';
import { paintSessions, readSessions, writeSessions } from './strokes.ts';
import { targetsOf } from './targets.ts';
import { Bytes, readStrokes } from './updateReader.ts';
import type { ServerKind } from './wires.ts';

const LOAD: Load = { name: '20', documents: 1, together: 3, perSecond: 10 };
/** Processes take their time to start where others keep the machine busy. */
const PATIENCE_MS = 120_000;
const TIMING = { warmUpMs: 300, windowMs: 1_200 };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ node: process.execPath });
});
afterAll(() => stage[Symbol.asyncDispose]());

async function run(kind: ServerKind) {
  const strokes = strokesPerPainter(LOAD, TIMING);
  const painted = paintSessions({ painters: paintersOf(LOAD), strokes, together: LOAD.together, seed: 1 });
  const sessions = `${stage.folder}/sessions`;
  await writeSessions(sessions, painted);
  await using server = await stage.startServer(kind);
  // Awaited here: the server is ended when this function is left.
  return await runLoad({ stage, server, load: LOAD, timing: TIMING, sessions, painted });
}

/** A run in which only loads were measured. */
const NOTHING_ELSE = {
  syncMs: 1,
  nodeVersion: '0',
  versions: {},
  seconds: 1,
  roundCount: 1,
  memory: {},
  soaks: {},
  joins: [],
};

describe('a short load', () => {
  it(
    'comes in at all peers and is durable, and the report says so',
    async () => {
      const [cotrace, floor] = [await run('cotrace'), await run('relay')];
      for (const figures of [cotrace, floor]) {
        expect(figures).toMatchObject({ missing: 0, refused: [], cutOff: 0 });
        expect(figures.toPeer!.samples).toBeGreaterThan(2 * 3 * 10);
        expect(figures.bytesUp).toBeGreaterThan(100);
        expect(figures.bytesDownPerPeer).toBeGreaterThan(100);
        expect(figures.serverCpuMs).toBeGreaterThan(0);
      }
      // A stroke goes to two peers, and becomes durable once.
      expect(cotrace.durable!.samples).toBe(cotrace.toPeer!.samples / 2);
      expect(cotrace.notDurable).toBe(0);
      const measured = {
        ...NOTHING_ELSE,
        loads: [
          {
            load: LOAD,
            floor,
            rounds: { cotrace: [cotrace], hocuspocus: [cotrace] },
            medians: { cotrace: medianOfRounds([cotrace]), hocuspocus: cotrace },
          },
        ],
      };
      const targets = targetsOf(measured);
      expect(targets.map(({ what }) => what)).toHaveLength(6);
      expect(targets.find(({ what }) => what.includes('processor'))).toMatchObject({
        got: expect.stringMatching(/^1\.00 x/),
        isMet: false,
      });
      for (const render of [toText, toMarkdown]) {
        const text = tablesOf(measured).map(render).join('');
        expect(text).not.toMatch(/NaN|undefined/);
        expect(text).toContain('Hocuspocus');
      }
    },
    PATIENCE_MS,
  );

  it('that is not carried is called that', () => {
    const latencies = { samples: 5, p50: 900, p95: 3000, p99: 4000, most: 5000 };
    const lost: LoadFigures = {
      intended: 30,
      carried: 10,
      toPeer: latencies,
      missing: 5,
      durable: undefined,
      notDurable: 0,
      bytesUp: 200,
      bytesDownPerPeer: 200,
      serverCpuMs: 1,
      databaseCpuMs: undefined,
      serverCores: 1,
      refused: [],
      cutOff: 1,
      harness: { sendLatenessP99: 1, loopDelayP99: 1, cores: 0.1 },
    };
    const [table] = tablesOf({
      ...NOTHING_ELSE,
      loads: [
        {
          load: LOAD,
          floor: lost,
          rounds: { cotrace: [], hocuspocus: [] },
          medians: { cotrace: lost, hocuspocus: undefined },
        },
      ],
    });
    expect(table!.notes.join(' ')).toMatch(
      /Cotrace does not carry this: 10 of 30 .* 5 deliveries .* 1 painters/,
    );
    expect(table!.rows.join()).toContain('and growing');
  });
});

it(
  'a mask is joined with the bytes, the document and the picture of it',
  async () => {
    const figures = (await measureJoins(stage, ['cotrace'], { strokes: 200, repetitions: 1 })).get(
      'cotrace',
    )!;
    for (const { bytes, receivedMs, documentMs, pictureMs } of [...figures.first, ...figures.next]) {
      expect(bytes).toBeGreaterThan(200 * 50);
      expect(documentMs).toBeGreaterThan(receivedMs);
      expect(pictureMs).toBeGreaterThan(receivedMs);
    }
  },
  PATIENCE_MS,
);

describe('the cheap reader of updates', () => {
  it('finds the strokes that Yjs finds, in single, merged and whole updates', async () => {
    const painted = paintSessions({ painters: 3, strokes: 7, together: 3, seed: 5 });
    await writeSessions(`${stage.folder}/read`, painted);
    expect(await readSessions(`${stage.folder}/read`)).toEqual(painted);
    const all = painted.flatMap(({ updates }) => updates);
    const doc = new Y.Doc();
    for (const update of all) Y.applyUpdate(doc, update);
    for (const update of [all[0]!, Y.mergeUpdates(all.slice(3, 15)), Y.encodeStateAsUpdate(doc)]) {
      const found: string[] = [];
      readStrokes(new Bytes(update), (client, clock) => found.push(`${client} ${clock}`));
      const expected = Y.decodeUpdate(update).structs.map(({ id }) => `${id.client} ${id.clock}`);
      expect(found.sort()).toEqual(expected.sort());
    }
  });
});

it('a slope is found with its error', () => {
  const samples = Array.from(
    { length: 60 },
    (_, minute) => [minute * 60_000, 1e8 + minute * 1e5 + (minute % 2) * 1e4] as const,
  );
  const { bytesPerHour, noise } = slopeOf(samples);
  expect(Math.abs(bytesPerHour - 6e6)).toBeLessThan(noise);
  expect(noise).toBeLessThan(1e5);
});

it('latencies keep their percentiles to half a per cent', () => {
  const latencies = new Latencies();
  for (let value = 1; value <= 1000; value++) latencies.add(value / 10);
  const again = Latencies.from(latencies.toBuckets()).percentiles()!;
  expect(again.samples).toBe(1000);
  for (const [got, exact] of [
    [again.p50, 50],
    [again.p95, 95],
    [again.p99, 99],
    [again.most, 100],
  ] as const) {
    expect(Math.abs(got - exact) / exact).toBeLessThan(0.006);
  }
});
