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

/** Clocks of one client that are deleted. */
export interface Deletions {
  readonly client: number;
  readonly ranges: readonly DeletedRange[];
}

type DeletedRange = readonly [clock: number, length: number];

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

const EMPTY_UPDATE = Uint8Array.of(0, 0);

/** Neither structs nor deletions: two zeros. */
export const isEmptyUpdate = (update: Uint8Array): boolean =>
  update.length === EMPTY_UPDATE.length && update.every((byte, at) => byte === EMPTY_UPDATE[at]);

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
    const ranges: DeletedRange[] = [];
    for (let range = 0; range < count; range++)
      ranges.push([decoding.readVarUint(decoder), decoding.readVarUint(decoder)]);
    deletions.push({ client, ranges });
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

/**
 * One update that says what these say one after the other; at least one. Its deletions are in order: a Yjs document that
 * lacks what is deleted keeps them by their differences, and takes those that go down for clocks that do not exist.
 */
export function putTogether(parts: readonly UpdateParts[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first!.deletions.every(({ ranges }) => isInOrder(ranges))) return first!.update;
  // Yjs leaves one update alone as it is, and puts two in order.
  return joined(parts) ?? Y.mergeUpdates([...parts.map(({ update }) => update), EMPTY_UPDATE]);
}

function joined(parts: readonly UpdateParts[]): Uint8Array | undefined {
  const sections = new Map<number, Section[]>();
  const deletions = new Map<number, DeletedRange[]>();
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
      if (list === undefined) deletions.set(deletion.client, [...deletion.ranges]);
      else list.push(...deletion.ranges);
    }
  }
  const out = new Bytes(sizeOf(sections, deletions));
  out.varUint(sections.size);
  for (const [client, list] of sections) {
    out.varUint(countOf(list));
    out.varUint(client);
    out.varUint(list[0]!.clock);
    for (const { bytes } of list) out.append(bytes);
  }
  out.varUint(deletions.size);
  for (const [client, list] of deletions) {
    const ranges = isInOrder(list) ? list : inOrder(list);
    out.varUint(client);
    out.varUint(ranges.length);
    for (const [clock, length] of ranges) {
      out.varUint(clock);
      out.varUint(length);
    }
  }
  return out.finish();
}

/** Each begins after the end of the one before. */
function isInOrder(ranges: readonly DeletedRange[]): boolean {
  let end = 0;
  for (const [clock, length] of ranges) {
    if (clock < end) return false;
    end = clock + length;
  }
  return true;
}

function inOrder(ranges: readonly DeletedRange[]): DeletedRange[] {
  const out: [clock: number, length: number][] = [];
  for (const [clock, length] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = out.at(-1);
    if (last === undefined || clock > last[0] + last[1]) out.push([clock, length]);
    else last[1] = Math.max(last[1], clock + length - last[0]);
  }
  return out;
}

/** A varuint of at most 2^53 takes so many bytes. */
const MAX_VAR_UINT = 8;

/** At most, with the numbers before each client's part and the count before them all. */
function sizeOf(
  sections: ReadonlyMap<number, readonly Section[]>,
  deletions: ReadonlyMap<number, readonly DeletedRange[]>,
): number {
  let size = 2 * MAX_VAR_UINT;
  for (const list of sections.values()) {
    size += 3 * MAX_VAR_UINT;
    for (const { bytes } of list) size += bytes.length;
  }
  for (const ranges of deletions.values()) size += (2 + 2 * ranges.length) * MAX_VAR_UINT;
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
