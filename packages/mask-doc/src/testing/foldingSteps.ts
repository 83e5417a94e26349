/** What may happen in a folding world, drawn at random. */
import fc from 'fast-check';
import type { World } from './foldingWorld.ts';
import { stroke } from './simulation.ts';

export const WORLD_SESSIONS: readonly string[] = ['anna', 'ben', 'cleo'];

const page = fc.nat(WORLD_SESSIONS.length - 1);
const only = <T extends string>(...kinds: T[]) => fc.record({ do: fc.constantFrom(...kinds), page });
export const worldSteps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('paint' as const), page, label: fc.nat(3), runs: stroke }),
    },
    { weight: 4, arbitrary: only('undo', 'redo') },
    { weight: 10, arbitrary: only('send', 'send', 'receive', 'receive') },
    { weight: 2, arbitrary: only('stepJob', 'disconnect', 'connect') },
    { weight: 1, arbitrary: only('reload', 'finishJob') },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('plan' as const),
        idle: fc.subarray([...WORLD_SESSIONS], { maxLength: 1 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('foldStep' as const, 'commit' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('commitAndDie' as const, 'crash' as const, 'epoch' as const),
      }),
    },
  ),
  // Folds need strokes beyond the horizon first.
  { minLength: 50, maxLength: 110, size: 'max' },
);
export type WorldStep = typeof worldSteps extends fc.Arbitrary<(infer S)[]> ? S : never;

export function performInWorld(world: World, step: WorldStep): void {
  const { server, pages } = world;
  switch (step.do) {
    case 'paint':
      pages[step.page]!.paint(step.label, step.runs);
      break;
    case 'undo':
    case 'redo':
    case 'stepJob':
    case 'disconnect':
    case 'reload':
    case 'finishJob':
    case 'receive':
      pages[step.page]![step.do]();
      break;
    case 'connect':
      if (!pages[step.page]!.isConnected) pages[step.page]!.connect();
      break;
    case 'send': {
      const update = pages[step.page]!.up.shift();
      if (update !== undefined) server.take(pages[step.page]!, update);
      break;
    }
    case 'plan':
      server.plan(1, new Set(step.idle));
      break;
    case 'foldStep':
      server.stepJob();
      break;
    case 'commit':
      server.commit({ dies: false });
      break;
    case 'commitAndDie':
      server.commit({ dies: true });
      break;
    case 'crash':
      world.crash();
      break;
    case 'epoch':
      for (const one of pages) one.disconnect();
      server.newEpoch();
  }
}
