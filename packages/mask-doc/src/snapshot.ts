/**
 * A document encoded as if some of its records were deleted, without a copy of it being built: tens of milliseconds that a
 * server's event loop does not have. Changes nothing.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { ClockRanges, encodeDeleteSet, encodeRanges } from './deleteSet.ts';
import { type RecordItem, recordItemOf, type SessionLookup, structsBetween } from './layout.ts';

type Struct = Y.Item | Y.GC | Y.Skip;

/** An update of version 1 that holds the whole document, less the records that `isGone`. */
export function encodeWithout(
  doc: Y.Doc,
  { sessionOf, isGone }: { sessionOf: SessionLookup; isGone: (item: RecordItem) => boolean },
): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const deleted = new ClockRanges();
  // The order of Yjs itself: greater client ids first.
  const clients = [...doc.store.clients.keys()].sort((a, b) => b - a);
  encoding.writeVarUint(encoder.restEncoder, clients.length);
  for (const client of clients) {
    const structs: Struct[] = [];
    for (const struct of structsBetween(doc, client, 0, Number.POSITIVE_INFINITY)) {
      const item = recordItemOf(struct, sessionOf);
      append(structs, item !== undefined && isGone(item) ? deletedItem(struct as Y.Item, 1) : struct);
    }
    encoding.writeVarUint(encoder.restEncoder, structs.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, 0);
    for (const struct of structs) {
      struct.write(encoder, 0);
      if (isDeleted(struct)) deleted.add({ client, clock: struct.id.clock, length: struct.length });
    }
  }
  const deleteSet = encodeDeleteSet(deleted);
  encoding.writeUint8Array(encoder.restEncoder, deleteSet.length > 0 ? deleteSet : encodeRanges([]));
  return encoder.toUint8Array();
}

/** Deleted neighbours of one client become one struct, as they do in a document that is loaded. */
function append(structs: Struct[], struct: Struct): void {
  const last = structs.at(-1);
  if (
    last instanceof Y.Item &&
    struct instanceof Y.Item &&
    isDeleted(last) &&
    isDeleted(struct) &&
    Y.compareIDs(struct.origin, last.lastId) &&
    Y.compareIDs(struct.rightOrigin, last.rightOrigin) &&
    struct.parentSub === last.parentSub
  ) {
    structs[structs.length - 1] = deletedItem(last, last.length + struct.length);
  } else structs.push(struct);
}

const isDeleted = (struct: Struct): boolean =>
  struct instanceof Y.GC || (struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted);

const deletedItem = ({ id, origin, rightOrigin, parent, parentSub }: Y.Item, length: number): Y.Item =>
  new Y.Item(id, null, origin, null, rightOrigin, parent, parentSub, new Y.ContentDeleted(length));
