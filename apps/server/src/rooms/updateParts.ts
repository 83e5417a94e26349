/**
 * Updates of a mask taken apart and put together as bytes, without building Yjs' structs: relaying a stroke to many peers
 * costs copies and nothing else. Knows only what painting and undoing write (binary items, deletions); says so of the rest.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/** Consecutive structs of one client. */
export interface Section {
  readonly client: number;
  readonly clock: number;
  /** Structs; each takes one clock. */
  readonly count: number;
  readonly bytes: Uint8Array;
}

export interface Deletions {
  readonly client: number;
  readonly count: number;
  /** `count` pairs of clock and length. */
  readonly bytes: Uint8Array;
}

export interface UpdateParts {
  /** The update itself. */
  readonly update: Uint8Array;
  /** Undefined: it holds something else than records and deletions. */
  readonly sections: readonly Section[] | undefined;
  readonly deletions: readonly Deletions[];
}

/** Yjs' first byte of a struct: kind of content, and which neighbours are named. */
const CONTENT = 0b0001_1111;
const BINARY = 3;
const HAS_PARENT_SUB = 0b0010_0000;
const HAS_RIGHT = 0b0100_0000;
const HAS_LEFT = 0b1000_0000;

/** Takes apart an update that Yjs has written or accepted. */
export function takeApart(update: Uint8Array): UpdateParts {
  const decoder = decoding.createDecoder(update);
  const sections: Section[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const count = decoding.readVarUint(decoder);
    const client = decoding.readVarUint(decoder);
    const clock = decoding.readVarUint(decoder);
    const from = decoder.pos;
    for (let struct = 0; struct < count; struct++) {
      if (!skipRecord(decoder)) return { update, sections: undefined, deletions: [] };
    }
    sections.push({ client, clock, count, bytes: update.subarray(from, decoder.pos) });
  }
  const deletions: Deletions[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const client = decoding.readVarUint(decoder);
    const count = decoding.readVarUint(decoder);
    const from = decoder.pos;
    for (let numbers = 2 * count; numbers > 0; numbers--) decoding.readVarUint(decoder);
    deletions.push({ client, count, bytes: update.subarray(from, decoder.pos) });
  }
  return { update, sections, deletions };
}

function skipRecord(decoder: decoding.Decoder): boolean {
  const info = decoding.readUint8(decoder);
  if ((info & CONTENT) !== BINARY) return false;
  if (info & HAS_LEFT) skipId(decoder);
  if (info & HAS_RIGHT) skipId(decoder);
  if ((info & (HAS_LEFT | HAS_RIGHT)) === 0) {
    if ((info & HAS_PARENT_SUB) !== 0 || decoding.readVarUint(decoder) !== 1) return false;
    skipBytes(decoder); // the array's name
  }
  skipBytes(decoder);
  return true;
}

function skipId(decoder: decoding.Decoder): void {
  decoding.readVarUint(decoder);
  decoding.readVarUint(decoder);
}

function skipBytes(decoder: decoding.Decoder): void {
  const length = decoding.readVarUint(decoder);
  decoder.pos += length;
}

/** One update that says what these say one after the other; at least one. */
export function putTogether(parts: readonly UpdateParts[]): Uint8Array {
  if (parts.length === 1) return parts[0]!.update;
  return joined(parts) ?? Y.mergeUpdates(parts.map(({ update }) => update));
}

function joined(parts: readonly UpdateParts[]): Uint8Array | undefined {
  const sections = new Map<number, Section[]>();
  const deletions = new Map<number, Deletions[]>();
  for (const part of parts) {
    if (part.sections === undefined) return undefined;
    for (const section of part.sections) {
      const list = sections.get(section.client);
      const last = list?.at(-1);
      if (list === undefined) sections.set(section.client, [section]);
      else if (last!.clock + last!.count === section.clock) list.push(section);
      else return undefined;
    }
    for (const deletion of part.deletions) {
      const list = deletions.get(deletion.client);
      if (list === undefined) deletions.set(deletion.client, [deletion]);
      else list.push(deletion);
    }
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, sections.size);
  for (const [client, list] of sections) {
    encoding.writeVarUint(encoder, countOf(list));
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, list[0]!.clock);
    for (const { bytes } of list) encoding.writeUint8Array(encoder, bytes);
  }
  encoding.writeVarUint(encoder, deletions.size);
  for (const [client, list] of deletions) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, countOf(list));
    for (const { bytes } of list) encoding.writeUint8Array(encoder, bytes);
  }
  return encoding.toUint8Array(encoder);
}

function countOf(list: readonly { readonly count: number }[]): number {
  let count = 0;
  for (const part of list) count += part.count;
  return count;
}
