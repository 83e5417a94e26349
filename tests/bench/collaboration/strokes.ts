/**
 * What the painters of a load paint, made before anything is timed: strokes of 60 points at radius 5 to 29 as the page makes
 * them, each as one Yjs update of its session's array. The bytes are the same for every server.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { encodeRecord, type Runs, rasterizeStroke } from '@cotrace/mask';
import { arrayNameOf } from '@cotrace/mask-doc';
import { hash, type SeededRandom, seededRandom } from '@cotrace/tissue';
import * as Y from 'yjs';
import { handPath } from '../handPath.ts';

/** Sides of the mask that is painted in, in pixels. */
export const MASK_SIDE = 1024;
/** Labels of its table. */
export const LABELS = [1, 2] as const;

const LEAST_RADIUS = 5;
const MOST_RADIUS = 29;
/** Areas are drawn once and painted many times, each time as a record of its own. */
const AREAS = 600;

export interface PaintedSession {
  readonly sessionId: string;
  /** Of the Yjs document of this session. */
  readonly clientId: number;
  /** One update a stroke; the n-th has clock n. */
  readonly updates: readonly Uint8Array[];
}

export const sessionIdOf = (painter: number): string => `bench-session-${String(painter).padStart(4, '0')}`;
/** As random as those that Yjs gives, and as long on the wire. */
export const clientIdOf = (painter: number): number => hash(31, painter) | 0x10000000;

/** `together`: how many paint in one mask; their lamports interleave, as if each had seen what the others painted. */
export function paintSessions(options: {
  painters: number;
  strokes: number;
  together: number;
  seed: number;
}): PaintedSession[] {
  const random = seededRandom(options.seed);
  const areas = Array.from({ length: Math.min(AREAS, options.painters * options.strokes) }, () =>
    area(random),
  );
  return Array.from({ length: options.painters }, (_, painter) => {
    const doc = new Y.Doc();
    doc.clientID = clientIdOf(painter) >>> 0;
    const array = doc.getArray<Uint8Array>(arrayNameOf(sessionIdOf(painter)));
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let stroke = 0; stroke < options.strokes; stroke++) {
      const record = encodeRecord({
        version: 1,
        strokeId: stroke + 1,
        part: 0,
        lamport: stroke * options.together + (painter % options.together) + 1,
        label: LABELS[hash(options.seed, painter, stroke) % LABELS.length]!,
        runs: areas[hash(options.seed + 1, painter, stroke) % areas.length]!,
      });
      array.push([record]);
    }
    const { clientID } = doc;
    doc.destroy();
    return { sessionId: sessionIdOf(painter), clientId: clientID, updates };
  });
}

function area(random: SeededRandom): Runs {
  const diameter = Math.round(2 * random.between(LEAST_RADIUS, MOST_RADIUS));
  const size = { width: MASK_SIDE, height: MASK_SIDE };
  return rasterizeStroke(handPath(random, MASK_SIDE), { shape: 'round', diameter }, size);
}

/** A session's strokes as one update, as somebody brings them who was offline. */
export const mergedUpdate = ({ updates }: PaintedSession): Uint8Array => Y.mergeUpdates([...updates]);

/** Sessions in a file, for the processes of the clients: painted once, sent to every server. */
export async function writeSessions(path: string, sessions: readonly PaintedSession[]): Promise<void> {
  const heads = sessions.map(({ sessionId, clientId, updates }) => ({
    sessionId,
    clientId,
    lengths: updates.map(({ length }) => length),
  }));
  const head = Buffer.from(JSON.stringify(heads));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  await writeFile(path, Buffer.concat([length, head, ...sessions.flatMap(({ updates }) => updates)]));
}

export async function readSessions(path: string): Promise<PaintedSession[]> {
  const bytes = await readFile(path);
  let at = 4 + bytes.readUInt32LE(0);
  const heads = JSON.parse(bytes.toString('utf8', 4, at)) as {
    sessionId: string;
    clientId: number;
    lengths: number[];
  }[];
  return heads.map(({ sessionId, clientId, lengths }) => ({
    sessionId,
    clientId,
    updates: lengths.map((length) => {
      at += length;
      return new Uint8Array(bytes.subarray(at - length, at));
    }),
  }));
}
