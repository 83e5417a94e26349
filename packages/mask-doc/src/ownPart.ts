/**
 * The part of a page's answer that is its own. A page answers SyncStep1 with all that the server lacks, also with other
 * people's strokes that it was shown and that a crash took from the server before their commit: those are theirs to send
 * again, and must not keep its own from getting in. Knows no document; what it returns is still to be inspected.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { encodeRanges } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';

/** Structs and deletions of the given client ids only, as an update of version 1. Throws MaskDocError UPDATE_MALFORMED. */
export function ownPart(update: Uint8Array, clientIds: ReadonlySet<number>): Uint8Array {
  try {
    const { structs, ds } = Y.decodeUpdate(update);
    const foreign = new Set(structs.map(({ id }) => id.client).filter((client) => !clientIds.has(client)));
    const own = [...ds.clients].filter(([client]) => clientIds.has(client));
    const withoutForeign = Y.diffUpdate(update, everythingOf(foreign));
    // The deletions are the end of an update, and of one length in whatever order they are written.
    const structBytes = withoutForeign.length - encodeDeletions([...ds.clients]).length;
    const encoder = encoding.createEncoder();
    encoding.writeUint8Array(encoder, withoutForeign.subarray(0, structBytes));
    encoding.writeUint8Array(encoder, encodeDeletions(own));
    return encoding.toUint8Array(encoder);
  } catch (error) {
    throw new MaskDocError('UPDATE_MALFORMED', error instanceof Error ? error.message : String(error), error);
  }
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
