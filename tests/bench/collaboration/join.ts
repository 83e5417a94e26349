/** What it takes to open a mask that many have painted in, for somebody who has nothing of it, and what it costs the server's memory. */
import { join } from 'node:path';
import type { Door, Joined, JoinerCalls } from './client/joiner.ts';
import { untilIdle } from './idle.ts';
import { type Child, startChild } from './processes.ts';
import type { RunningServer, Stage } from './stage.ts';
import { paintSessions, writeSessions } from './strokes.ts';
import type { ServerKind } from './wires.ts';

const SESSIONS = 20;
export const JOIN_STROKES = [5_000, 50_000] as const;

/** Times that a document is opened, on each server in turn, unless told. */
const REPETITIONS = 5;

export interface JoinFigures {
  readonly strokes: number;
  /** Opened by the first: the server has to load it. */
  readonly first: readonly Joined[];
  /** Opened by one more, while the first is there. */
  readonly next: readonly Joined[];
  /** What the memory of a fresh server grew by when the mask was opened, bytes. */
  readonly memoryBytes: number;
}

/** A server process that has never had the mask in memory, and the way in. */
interface Opening {
  readonly server: RunningServer;
  readonly door: Door;
  readonly first: Joined[];
  readonly next: Joined[];
  memoryBytes: number;
}

/** The servers take turns; what they show must be the same picture, or nothing of it counts. */
export async function measureJoins<K extends ServerKind>(
  stage: Stage,
  kinds: readonly K[],
  { strokes, repetitions = REPETITIONS }: { strokes: number; repetitions?: number },
): Promise<Map<K, JoinFigures>> {
  const sessions = join(stage.folder, `joined-${strokes}`);
  await writeSessions(
    sessions,
    paintSessions({
      painters: SESSIONS,
      strokes: strokes / SESSIONS,
      together: SESSIONS,
      seed: strokes,
    }),
  );
  const joiner = await startChild<JoinerCalls>({ file: 'client/joiner.ts', node: stage.node });
  const openings = new Map<K, Opening>();
  try {
    for (const kind of kinds) openings.set(kind, await prepare(stage, joiner, kind, sessions));
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const opening of openings.values()) await openOnce(stage, joiner, opening);
    }
    const all = [...openings.values()].flatMap(({ first, next }) => [...first, ...next]);
    const pictures = new Set(all.map(({ picture }) => picture));
    if (pictures.size !== 1) {
      throw new Error(
        `One picture was expected from all servers at all times, got ${pictures.size} different ones.`,
      );
    }
    return new Map(
      [...openings].map(([kind, { first, next, memoryBytes }]) => [
        kind,
        { strokes, first, next, memoryBytes },
      ]),
    );
  } finally {
    for (const { server } of openings.values()) await server[Symbol.asyncDispose]();
    await joiner.end();
  }
}

/** Fills a mask on one server process, and opens the door of another. */
async function prepare(
  stage: Stage,
  joiner: Child<JoinerCalls>,
  kind: ServerKind,
  sessions: string,
): Promise<Opening> {
  const document = await filled(stage, joiner, kind, sessions);
  const server = await stage.startServer(kind);
  await untilIdle(stage, server);
  const { origin, token } = server;
  const epoch = await server.process.call('epochOf', { document });
  return { server, door: { kind, origin, token, document, epoch }, first: [], next: [], memoryBytes: 0 };
}

async function filled(stage: Stage, joiner: Child<JoinerCalls>, kind: ServerKind, sessions: string) {
  await using server = await stage.startServer(kind);
  const { origin, token } = server;
  const [document] = await server.process.call('makeDocuments', { count: 1 });
  await joiner.call('fill', { door: { kind, origin, token, document: document!, epoch: 0 }, sessions });
  // Hocuspocus stores when the last one has left, Cotrace folds then.
  await untilIdle(stage, server);
  return document!;
}

async function openOnce(stage: Stage, joiner: Child<JoinerCalls>, opening: Opening): Promise<void> {
  const { server, door, first, next } = opening;
  const isFresh = first.length === 0;
  const before = isFresh ? await server.process.call('usageCollected') : undefined;
  first.push(await joiner.call('join', door));
  next.push(await joiner.call('join', door));
  if (before !== undefined) {
    const { rssBytes } = await server.process.call('usageCollected');
    opening.memoryBytes = rssBytes - before.rssBytes;
  }
  await joiner.call('leave');
  await untilIdle(stage, server);
}
