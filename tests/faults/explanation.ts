/**
 * What became of single strokes, for a failing test to say: what their author did and was told, what the log holds of their
 * records, and what the fold does. Reads the database; judges nothing.
 */
import { decodeRecordHead } from '@cotrace/mask';
import { arrayNameOf, decodeWatermarks } from '@cotrace/mask-doc';
import * as Y from 'yjs';
import type { PrismaClient } from '../../apps/server/src/store/database.ts';
import type { Stroke } from './ledger.ts';

/** Of these strokes: sessions, numbers, the author's doings and every log entry that wrote or deleted a record of theirs. */
export async function explain(
  prisma: PrismaClient,
  maskId: string,
  strokes: readonly Stroke[],
): Promise<string> {
  const mask = await prisma.mask.findUniqueOrThrow({ where: { id: maskId } });
  const fold = await prisma.maskFold.findUnique({ where: { maskId } });
  const entries = await prisma.maskLog.findMany({
    where: { maskId, epoch: mask.epoch },
    orderBy: { seq: 'asc' },
  });
  const watermarks = new Map(fold === null ? [] : decodeWatermarks(fold.watermarks));
  const strokeOf = new Map<string, number>();
  const touched = new Map<string, string[]>();
  const note = (sessionId: string, strokeId: number, what: string) => {
    const key = `${sessionId}:${strokeId}`;
    const known = touched.get(key);
    if (known === undefined) touched.set(key, [what]);
    else known.push(what);
  };
  for (const { seq, sessionId, bytes, createdAt } of entries) {
    const at = `seq ${seq} (${timeOf(createdAt.getTime())})`;
    const { structs, ds } = Y.decodeUpdate(bytes);
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentBinary)) continue;
      const { strokeId } = decodeRecordHead(struct.content.content);
      const id = `${struct.id.client}:${struct.id.clock}`;
      strokeOf.set(id, strokeId);
      note(sessionId, strokeId, `+${id} ${at}`);
    }
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) {
        for (let i = clock; i < clock + len; i++) {
          const strokeId = strokeOf.get(`${client}:${i}`);
          if (strokeId !== undefined) note(sessionId, strokeId, `-${client}:${i} ${at}`);
        }
      }
    }
  }
  const doc = new Y.Doc();
  if (fold?.epoch === mask.epoch) Y.applyUpdate(doc, fold.document);
  const inFold = new Set(strokes.filter((stroke) => isLiveIn(doc, stroke)));
  for (const { seq, bytes } of entries) if (seq >= (fold?.throughSeq ?? 0)) Y.applyUpdate(doc, bytes);
  const lines = strokes.map((stroke) => {
    const { sessionId, strokeId, lamport, label, history } = stroke;
    const key = `${sessionId}:${strokeId}`;
    return [
      `${key} lamport ${lamport} label ${label}, ${stroke.isLive ? 'live' : 'undone'}${stroke.isPending ? ', pending' : ''}`,
      `  author: ${history.map(({ what, at }) => `${what} ${timeOf(at)}`).join(', ')}`,
      `  log: ${touched.get(key)?.join(', ') ?? 'nothing'}`,
      `  watermark ${watermarks.get(sessionId)?.strokeId ?? 0}; in the fold's document ${inFold.has(stroke) ? 'live' : 'not'}, after the log ${isLiveIn(doc, stroke) ? 'live' : 'not'}`,
    ].join('\n');
  });
  doc.destroy();
  const stand = `epoch ${mask.epoch}, head ${mask.head}, fold ${mask.fold} through ${fold?.throughSeq ?? 0}`;
  return `${stand}\n${lines.join('\n')}`;
}

const isLiveIn = (doc: Y.Doc, { sessionId, strokeId }: Stroke): boolean =>
  doc
    .getArray<Uint8Array>(arrayNameOf(sessionId))
    .toArray()
    .some((bytes) => decodeRecordHead(bytes).strokeId === strokeId);

/** Minutes, seconds and milliseconds of the hour. */
const timeOf = (at: number) => new Date(at).toISOString().slice(14, 23);
