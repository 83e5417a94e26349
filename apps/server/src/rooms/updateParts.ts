/**
 * Updates of a mask taken apart and put together as bytes, without building Yjs' structs: relaying a stroke to many peers
 * costs copies and nothing else. Knows only what painting and undoing write (binary items, deletions); says so of the rest.
 */
import * as decoding from 'lib0/decoding';
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

/** Neither structs nor deletions: two zeros. */
export const isEmptyUpdate = (update: Uint8Array): boolean =>
  update.length === 2 && update[0] === 0 && update[1] === 0;

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
  const out = new Bytes(sizeOf(sections) + sizeOf(deletions));
  out.varUint(sections.size);
  for (const [client, list] of sections) {
    out.varUint(countOf(list));
    out.varUint(client);
    out.varUint(list[0]!.clock);
    for (const { bytes } of list) out.append(bytes);
  }
  out.varUint(deletions.size);
  for (const [client, list] of deletions) {
    out.varUint(client);
    out.varUint(countOf(list));
    for (const { bytes } of list) out.append(bytes);
  }
  return out.finish();
}

/** A varuint of at most 2^53 takes so many bytes. */
const MAX_VAR_UINT = 8;

/** At most, with the numbers before each client's part and the count before them all. */
function sizeOf(parts: ReadonlyMap<number, readonly { readonly bytes: Uint8Array }[]>): number {
  let size = MAX_VAR_UINT;
  for (const list of parts.values()) {
    size += 3 * MAX_VAR_UINT;
    for (const { bytes } of list) size += bytes.length;
  }
  return size;
}

/** Bytes of a size known beforehand: a hundred painters' strokes are put together a hundred times a window. */
class Bytes {
  private readonly bytes: Uint8Array;
  private length = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  varUint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = 128 | (rest % 128);
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

function countOf(list: readonly { readonly count: number }[]): number {
  let count = 0;
  for (const part of list) count += part.count;
  return count;
}
