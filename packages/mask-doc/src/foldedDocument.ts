/**
 * The document without what is folded: as the database keeps it, as the live one loses it, and written anew for a new epoch.
 * Knows no tiles; what is at or below the watermarks must be in the base before.
 */
import { decodeRecordHead, MaskError } from '@cotrace/mask';
import * as Y from 'yjs';
import { arrayNameOf, createSessionLookup, sessionsOf } from './layout.ts';
import { encodeWithout } from './snapshot.ts';
import { type Watermarks, WatermarkTable } from './watermarks.ts';

/** Deletes what is folded, in one transaction of origin 'fold': its update event is for the peers. */
export function deleteFolded(doc: Y.Doc, watermarks: Watermarks): void {
  const table = new WatermarkTable(watermarks);
  doc.transact(() => {
    for (const sessionId of sessionsOf(doc)) {
      if (table.get(sessionId) === undefined) continue;
      const array = doc.getArray<Uint8Array>(arrayNameOf(sessionId));
      const isFolded = array.toArray().map((bytes) => covers(table, sessionId, bytes));
      // From the end, whole stretches at once: what is before keeps its place.
      for (let end = isFolded.length; end > 0; ) {
        let start = end - 1;
        while (start > 0 && isFolded[start - 1] === isFolded[end - 1]) start--;
        if (isFolded[start]) array.delete(start, end - start);
        end = start;
      }
    }
  }, 'fold');
}

/** What `deleteFolded` would leave, encoded; the document stays as it is. */
export function documentAfterFold(doc: Y.Doc, watermarks: Watermarks): Uint8Array {
  const table = new WatermarkTable(watermarks);
  return encodeWithout(doc, {
    sessionOf: createSessionLookup(doc),
    isGone: ({ sessionId, bytes }) => table.get(sessionId) !== undefined && covers(table, sessionId, bytes),
  });
}

/**
 * The live records of a document that has lost what was folded, written again by one client id, each session's in its own
 * array and in order. Everything that was ever deleted is left behind.
 */
export function documentOfNewEpoch(doc: Y.Doc, clientId: number): Uint8Array {
  const next = new Y.Doc();
  next.clientID = clientId;
  next.transact(() => {
    for (const sessionId of sessionsOf(doc).sort()) {
      const records = doc.getArray<Uint8Array>(arrayNameOf(sessionId)).toArray();
      if (records.length > 0) next.getArray<Uint8Array>(arrayNameOf(sessionId)).push(records);
    }
  });
  const bytes = Y.encodeStateAsUpdate(next);
  next.destroy();
  return bytes;
}

function covers(table: WatermarkTable, sessionId: string, bytes: unknown): boolean {
  if (!(bytes instanceof Uint8Array)) return false;
  try {
    return table.covers(sessionId, decodeRecordHead(bytes).strokeId);
  } catch (error) {
    // What is no record shows nothing, and is of no stroke.
    if (error instanceof MaskError) return false;
    throw error;
  }
}
