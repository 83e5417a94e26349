/** What it takes to open a mask that many have painted in, for somebody who has nothing of it, and what it costs the server's memory. */
import { join } from 'node:path';
import type { Door, Joined, JoinerCalls } from './client/joiner.ts';
import { untilIdle } from './idle.ts';
import { startChild } from './processes.ts';
import type { RunningServer, Stage } from './stage.ts';
import { paintSessions, writeSessions } from './strokes.ts';

export const JOIN_SESSIONS = 20;
export const JOIN_STROKES = [5_000, 50_000] as const;

/** Times that a document is opened, on each server in turn. */
const REPETITIONS = 5;

export interface JoinFigures {
  readonly strokes: number;
  /** Opened by the first: the server has to load it. */
  readonly first: readonly Joined[];
  /** Opened by one more, while the first is there. */
  readonly next: readonly Joined[];
  /** What the server's memory grew by with the mask open, bytes. */
  readonly memoryBytes: number;
}

/** The servers take turns; what they show must be the same picture, or nothing of it counts. */
export async function measureJoins(
  stage: Stage,
  servers: readonly RunningServer[],
  strokes: number,
): Promise<Map<RunningServer, JoinFigures>> {
  const sessions = join(stage.folder, `joined-${strokes}`);
  const painted = paintSessions({
    painters: JOIN_SESSIONS,
    strokes: strokes / JOIN_SESSIONS,
    together: JOIN_SESSIONS,
    seed: strokes,
  });
  await writeSessions(sessions, painted);
  const joiner = await startChild<JoinerCalls>({ file: 'client/joiner.ts', node: stage.node });
  try {
    const doors = new Map<RunningServer, Door>();
    const figures = new Map<RunningServer, { first: Joined[]; next: Joined[]; memoryBytes: number }>();
    for (const server of servers) {
      const { kind, origin, token } = server;
      const [document] = await server.process.call('makeDocuments', { count: 1 });
      const door = { kind, origin, token, document: document! };
      await joiner.call('fill', { door: { ...door, epoch: 0 }, sessions });
      await untilIdle(stage, server);
      const epoch = await server.process.call('epochOf', { document: document! });
      doors.set(server, { ...door, epoch });
      figures.set(server, { first: [], next: [], memoryBytes: 0 });
    }
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      for (const [server, door] of doors) {
        const taken = figures.get(server)!;
        const before = repetition === 0 ? await server.process.call('usageCollected') : undefined;
        taken.first.push(await joiner.call('join', door));
        taken.next.push(await joiner.call('join', door));
        if (before !== undefined) {
          const { rssBytes } = await server.process.call('usageCollected');
          taken.memoryBytes = rssBytes - before.rssBytes;
        }
        await joiner.call('leave');
        await untilIdle(stage, server);
      }
    }
    const pictures = new Set(
      [...figures.values()].flatMap(({ first, next }) => [...first, ...next]).map(({ picture }) => picture),
    );
    if (pictures.size !== 1) {
      throw new Error(
        `The same picture was expected from every server each time, got ${pictures.size} different ones.`,
      );
    }
    return new Map([...figures].map(([server, taken]) => [server, { strokes, ...taken }]));
  } finally {
    await joiner.end();
  }
}
