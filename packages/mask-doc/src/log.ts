/** A server's document and its log: build one from the other, and say what of it is durable. Knows no database. */
import * as Y from 'yjs';
import type { Ack } from './ack.ts';
import { ClockRanges, encodeDeleteSet } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';
import { structsBetween } from './layout.ts';

/** Applies a mask's log in order, in one transaction. Throws LOG_MALFORMED, and LOG_GAP when an entry's predecessor is missing. */
export function applyLog(doc: Y.Doc, updates: Iterable<Uint8Array>): void {
  doc.transact(() => {
    let entry = 0;
    for (const update of updates) {
      try {
        Y.applyUpdate(doc, update);
      } catch (error) {
        throw new MaskDocError('LOG_MALFORMED', `entry ${entry}`, error);
      }
      entry++;
    }
  }, 'log');
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
    const missing = [...(doc.store.pendingStructs?.missing ?? [])];
    throw new MaskDocError('LOG_GAP', `missing ${missing.map(([c, clock]) => `${c}:${clock}`).join(', ')}`);
  }
}

/** Per client id the clock below which the document holds everything. */
export function stateVectorClocks(doc: Y.Doc): [clientId: number, clock: number][] {
  return [...doc.store.clients.keys()].map((client) => [client, Y.getState(doc.store, client)]);
}

/**
 * The acknowledgement of a whole document, or of all that some client ids have done in it: to send on connection, when it
 * is committed.
 */
export function ackOfDocument(doc: Y.Doc, clientIds: Iterable<number> = doc.store.clients.keys()): Ack {
  const clocks: [number, number][] = [];
  const deleted = new ClockRanges();
  for (const client of clientIds) {
    const clock = Y.getState(doc.store, client);
    if (clock === 0) continue;
    clocks.push([client, clock]);
    for (const struct of structsBetween(doc, client, 0, clock)) {
      if (struct.deleted) deleted.add({ client, clock: struct.id.clock, length: struct.length });
    }
  }
  return { clocks, deleteSet: encodeDeleteSet(deleted) };
}
