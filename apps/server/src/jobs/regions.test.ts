/** Who is led where: the pure choice, and many people at once over a real PostgreSQL. */
import { REGION_LEASE_MS } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../testing/testDatabase.ts';
import type { RegionVisitRow } from './jobStore.ts';
import { chooseRegion } from './regions.ts';
import { createJobsWorld, type JobsWorld, publishModel } from './testing/jobsWorld.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);
const region = (sectionId: string, x: number, score: number) => ({
  sectionId,
  x,
  y: 0,
  width: 96,
  height: 96,
  score,
});
const visit = (sectionId: string, x: number, userId: string, more: Partial<RegionVisitRow> = {}) => ({
  sectionId,
  x,
  y: 0,
  userId,
  sessionId: userId,
  leasedUntil: later(1000),
  visitedAt: null,
  ...more,
});

describe('the next region', () => {
  const candidates = [region('a', 0, 0.6), region('a', 96, 0.5), region('b', 0, 0.4)];
  const choose = (visits: RegionVisitRow[]) => {
    const { region: chosen, remaining, held } = chooseRegion(candidates, visits, 'me', NOW);
    return chosen ? [chosen.sectionId, chosen.x, remaining] : [null, remaining, held];
  };

  it('is the most uncertain one', () => expect(choose([])).toEqual(['a', 0, 2]));
  it('is not one that another holds', () => expect(choose([visit('a', 0, 'ada')])).toEqual(['b', 0, 1]));
  it('is not one that I was led to before', () => {
    const visits = [
      visit('a', 0, 'me', { visitedAt: NOW, leasedUntil: NOW }),
      visit('b', 0, 'me', { leasedUntil: later(-1) }),
    ];
    expect(choose(visits)).toEqual(['a', 96, 0]);
  });
  it('may be one whose lease ran out', () => {
    expect(choose([visit('b', 0, 'ada', { leasedUntil: later(-1) }), visit('a', 0, 'bo')])).toEqual([
      'a',
      96,
      1,
    ]);
  });
  it('is nowhere that anybody has been', () => {
    const seen = candidates.slice(0, 2).map(({ x }) => visit('a', x, 'ada', { visitedAt: NOW }));
    expect(choose(seen)).toEqual(['b', 0, 0]);
  });
  it('is none when all were seen, and says how many others are at', () => {
    expect(choose(candidates.map(({ sectionId, x }) => visit(sectionId, x, 'me')))).toEqual([null, 0, 0]);
    expect(
      choose(candidates.map(({ sectionId, x }) => visit(sectionId, x, x === 96 ? 'me' : 'ada'))),
    ).toEqual([null, 0, 2]);
  });
});

describe('regions of a live model', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const regions = Array.from({ length: 4 }, (_, index) => ({
    x: 96 * index,
    y: 0,
    width: 96,
    height: 96,
    score: 0.5 - index / 100,
  }));

  async function asked(world: JobsWorld, taskId: string, userId: string) {
    const actor = { userId, name: userId, email: '', color: '' };
    const params = { taskId };
    return world.ask('nextRegion', { params, body: { sessionId: `session-of-${userId}` }, actor });
  }
  const visitsOf = (world: JobsWorld, taskId: string) => world.ask('listVisits', { params: { taskId } });

  it('are different for all who ask at once, spread over the sections, none of them held out', async () => {
    const world = createJobsWorld(database.prisma);
    const { taskId, sections } = await world.project({
      sections: [{ labels: null }, { labels: null }, { labels: null }, { labels: null, heldOut: true }],
    });
    const { modelId } = await publishModel(world, taskId, sections, regions);
    const people = await Promise.all(Array.from({ length: 6 }, () => world.person()));
    const given = await Promise.all(people.map((userId) => asked(world, taskId, userId)));
    expect(given.map((one) => one.modelId)).toEqual(people.map(() => modelId));
    const places = given.map(({ region: one }) => `${one!.sectionId} ${one!.x}`);
    expect(new Set(places).size).toBe(6);
    const perSection = sections.map(
      (sectionId) => given.filter(({ region: one }) => one!.sectionId === sectionId).length,
    );
    expect(perSection).toEqual([2, 2, 2, 0]);
  });

  it('are never the same for two, and come back only if whoever held them did not go on', async () => {
    const world = createJobsWorld(database.prisma);
    const { taskId, sections } = await world.project({ sections: [{ labels: null }] });
    await publishModel(world, taskId, sections, regions);
    const [ada, ben] = [await world.person(), await world.person()];
    const seen: unknown[] = [];
    for (const left of [3, 2, 1, 0]) {
      const { region: one, remaining } = await asked(world, taskId, ada);
      expect(remaining).toBe(left);
      seen.push(one!.x);
    }
    expect(seen).toEqual([0, 96, 192, 288]);
    expect((await asked(world, taskId, ada)).region).toBeNull();
    expect((await asked(world, taskId, ben)).region).toBeNull();
    expect((await visitsOf(world, taskId)).map(({ x, userId, here }) => [x, userId, here])).toEqual(
      [0, 96, 192, 288].map((x) => [x, ada, false]),
    );
  });

  it('stay with whoever says that they are still there, else they go to somebody else', async () => {
    const world = createJobsWorld(database.prisma);
    const { taskId, sections } = await world.project({ sections: [{ labels: null }] });
    await publishModel(world, taskId, sections, regions.slice(0, 1));
    const [ada, ben] = [await world.person(), await world.person()];
    const keep = async (userId: string) => {
      const actor = { userId, name: userId, email: '', color: '' };
      const body = { sessionId: `session-of-${userId}` };
      return (await world.ask('keepRegion', { params: { taskId }, body, actor })).leasedUntil;
    };
    expect((await asked(world, taskId, ada)).region).toMatchObject({ x: 0 });
    expect(await asked(world, taskId, ben)).toMatchObject({ region: null, held: 1 });
    for (let round = 0; round < 3; round++) {
      world.clock.advance(REGION_LEASE_MS - 1000);
      expect(await keep(ada)).not.toBeNull();
      expect(await asked(world, taskId, ben)).toMatchObject({ region: null, held: 1 });
      expect(await visitsOf(world, taskId)).toMatchObject([{ userId: ada, here: true }]);
    }
    expect(await keep(ben)).toBeNull();
    world.clock.advance(REGION_LEASE_MS + 1);
    expect(await visitsOf(world, taskId)).toEqual([]);
    expect(await keep(ada)).toBeNull();
    expect((await asked(world, taskId, ben)).region).toMatchObject({ x: 0 });
  });

  it('are none without a live model', async () => {
    const world = createJobsWorld(database.prisma);
    const { taskId } = await world.project({ sections: [{ labels: null }] });
    expect(await asked(world, taskId, await world.person())).toEqual({
      region: null,
      modelId: null,
      remaining: 0,
      held: 0,
    });
    expect(await visitsOf(world, taskId)).toEqual([]);
  });
});
