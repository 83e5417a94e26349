/**
 * The part of a page's answer that is its own. A page answers SyncStep1 with all that the server lacks, also with other
 * people's strokes that it was shown and that a crash took from the server before their commit: those are theirs to send
 * again, and must not keep its own from getting in. Changes no document; what it returns is still to be inspected.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { type ClockRange, ClockRanges, encodeRanges } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';
import { createSessionLookup, structsBetween } from './layout.ts';

export interface OwnPartContext {
  /** Registered to the page's session. */
  readonly clientIds: ReadonlySet<number>;
  /** The server's document. */
  readonly doc: Y.Doc;
  readonly sessionId: string;
}

/**
 * Structs of the own client ids only, and deletions of what they wrote or of what lies in the own array: a new epoch writes
 * everybody's records by a client id of the server. An update of version 1. Throws MaskDocError UPDATE_MALFORMED.
 */
export function ownPart(update: Uint8Array, context: OwnPartContext): Uint8Array {
  const { clientIds } = context;
  try {
    const { structs, ds } = Y.decodeUpdate(update);
    const foreign = new Set(structs.map(({ id }) => id.client).filter((client) => !clientIds.has(client)));
    const own = [...ds.clients].flatMap(([client, ranges]) => {
      const kept = clientIds.has(client)
        ? ranges.map(({ clock, len }) => ({ clock, length: len }))
        : ownDeletions(client, ranges, context);
      return kept.length === 0 ? [] : [[client, kept] as const];
    });
    const withoutForeign = Y.diffUpdate(update, everythingOf(foreign));
    // The deletions are the end of an update, and of one length in whatever order they are written.
    const structBytes = withoutForeign.length - encodeDeletions([...ds.clients]).length;
    const encoder = encoding.createEncoder();
    encoding.writeUint8Array(encoder, withoutForeign.subarray(0, structBytes));
    encoding.writeUint8Array(encoder, encodeRanges(own));
    return encoding.toUint8Array(encoder);
  } catch (error) {
    throw new MaskDocError('UPDATE_MALFORMED', error instanceof Error ? error.message : String(error), error);
  }
}

/** The stretches of these ranges that are items of the own array, live or deleted. */
function ownDeletions(
  client: number,
  ranges: readonly { clock: number; len: number }[],
  { doc, sessionId }: OwnPartContext,
): ClockRange[] {
  const sessionOf = createSessionLookup(doc);
  const own = new ClockRanges();
  for (const { clock, len } of ranges) {
    for (const struct of structsBetween(doc, client, clock, clock + len)) {
      if (!(struct instanceof Y.Item) || sessionOf(struct) !== sessionId) continue;
      const from = Math.max(clock, struct.id.clock);
      own.add({ client, clock: from, length: Math.min(clock + len, struct.id.clock + struct.length) - from });
    }
  }
  return own.toArray();
}

/** A state vector of somebody who holds all that these clients could ever have written. */
function everythingOf(clients: ReadonlySet<number>): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, clients.size);
  for (const client of clients) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, Number.MAX_SAFE_INTEGER);
  }
  return encoding.toUint8Array(encoder);
}

function encodeDeletions(
  deletions: readonly (readonly [number, readonly { clock: number; len: number }[]])[],
): Uint8Array {
  return encodeRanges(
    deletions.map(([client, ranges]) => [client, ranges.map(({ clock, len }) => ({ clock, length: len }))]),
  );
}
