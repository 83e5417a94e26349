/** How a mask lies in a Y.Doc: which arrays, which structs are records. The only module that reads Yjs' own store. */
import * as Y from 'yjs';

const PREFIX = 'ops:';

export const arrayNameOf = (sessionId: string): string => PREFIX + sessionId;

/** Undefined for the name of anything else. */
export const sessionOfArray = (name: string): string | undefined =>
  name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;

/** A record's element in the document; its id is stable for the life of the document. */
export interface RecordItem {
  readonly id: string;
  readonly client: number;
  readonly clock: number;
  readonly sessionId: string;
  readonly bytes: Uint8Array;
}

export const recordId = (client: number, clock: number): string => `${client}:${clock}`;

export type SessionLookup = (item: Y.Item) => string | undefined;

/** A root type has its name for ever: found once among all sessions, not once an update. */
const sessionOfType = new WeakMap<object, string>();

/** Tells the session whose array holds an item; undefined for whatever else a document may hold. */
export function createSessionLookup(doc: Y.Doc): SessionLookup {
  return ({ parent }) => {
    if (!(parent instanceof Y.AbstractType)) return undefined;
    const remembered = sessionOfType.get(parent);
    if (remembered !== undefined) return remembered;
    for (const [name, type] of doc.share) {
      if (name.startsWith(PREFIX)) sessionOfType.set(type, name.slice(PREFIX.length));
    }
    return sessionOfType.get(parent);
  };
}

/** Names of all sessions that have an array here. */
export function sessionsOf(doc: Y.Doc): string[] {
  return [...doc.share.keys()]
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length));
}

type Struct = Y.Item | Y.GC | Y.Skip;

/** The structs of one client that overlap [from, to). */
export function* structsBetween(doc: Y.Doc, client: number, from: number, to: number): Generator<Struct> {
  const structs = doc.store.clients.get(client);
  if (structs === undefined || from >= to || from >= Y.getState(doc.store, client)) return;
  for (let i = Y.findIndexSS(structs, from); i < structs.length; i++) {
    const struct = structs[i]!;
    if (struct.id.clock >= to) return;
    yield struct;
  }
}

/** Reads a live record from a struct; undefined for deleted ones and for whatever else a document may hold. */
export function recordItemOf(struct: Struct, sessionOf: SessionLookup): RecordItem | undefined {
  if (!(struct instanceof Y.Item) || struct.deleted || !(struct.content instanceof Y.ContentBinary)) {
    return undefined;
  }
  const sessionId = sessionOf(struct);
  if (sessionId === undefined) return undefined;
  const { client, clock } = struct.id;
  return { id: recordId(client, clock), client, clock, sessionId, bytes: struct.content.content };
}

/** Where a session's array has been deleted from, as ranges of clocks. */
export function deletedRangesOf(
  doc: Y.Doc,
  sessionId: string,
): { client: number; clock: number; length: number }[] {
  const sessionOf = createSessionLookup(doc);
  const ranges: { client: number; clock: number; length: number }[] = [];
  for (const client of doc.store.clients.keys()) {
    for (const struct of structsBetween(doc, client, 0, Number.POSITIVE_INFINITY)) {
      if (struct instanceof Y.Item && struct.deleted && sessionOf(struct) === sessionId) {
        ranges.push({ client, clock: struct.id.clock, length: struct.length });
      }
    }
  }
  return ranges;
}
