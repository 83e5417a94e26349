/**
 * What is folded, as it travels: the base (tiles and watermarks), and the notice by which a page that holds the same
 * records can fold them itself. Knows bytes only; tiles stay opaque.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { decodeWhole, readWatermarks, type Watermarks, writeWatermarks } from './watermarks.ts';

export interface Base {
  /** Of the newest fold in it, from 1; 0 before the first. */
  readonly number: number;
  /** The tiles are those that changed after this fold; 0: all there are. */
  readonly since: number;
  /** All sessions'. */
  readonly watermarks: Watermarks;
  readonly tiles: readonly (readonly [index: number, bytes: Uint8Array])[];
}

export interface FoldNotice {
  readonly number: number;
  /** Those that moved, sessions new to the table in its order. */
  readonly watermarks: Watermarks;
  /** Records that were folded… */
  readonly count: number;
  /** …and which: `foldDigest` of their ids. */
  readonly digest: number;
}

const BASE_VERSION = 1;
const NOTICE_VERSION = 1;
const MAX_UINT32 = 0xffff_ffff;

export function encodeBase({ number, since, watermarks, tiles }: Base): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const value of [BASE_VERSION, number, since]) encoding.writeVarUint(encoder, value);
  writeWatermarks(encoder, watermarks);
  encoding.writeVarUint(encoder, tiles.length);
  for (const [index, bytes] of tiles) {
    encoding.writeVarUint(encoder, index);
    encoding.writeVarUint8Array(encoder, bytes);
  }
  return encoding.toUint8Array(encoder);
}

/** Throws BASE_MALFORMED. */
export function decodeBase(bytes: Uint8Array): Base {
  return decodeWhole(bytes, BASE_VERSION, (decoder) => {
    const number = decoding.readVarUint(decoder);
    const since = decoding.readVarUint(decoder);
    if (since > number) throw new Error(`changes of fold ${number} since fold ${since}`);
    const watermarks = readWatermarks(decoder);
    const tiles: [number, Uint8Array][] = [];
    const indexes = new Set<number>();
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      const index = decoding.readVarUint(decoder);
      if (indexes.has(index)) throw new Error(`tile ${index} twice`);
      indexes.add(index);
      // A copy: the tile outlives the frame that brought it.
      tiles.push([index, decoding.readVarUint8Array(decoder).slice()]);
    }
    return { number, since, watermarks, tiles };
  });
}

export function encodeFoldNotice({ number, watermarks, count, digest }: FoldNotice): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const value of [NOTICE_VERSION, number, count, digest]) encoding.writeVarUint(encoder, value);
  writeWatermarks(encoder, watermarks);
  return encoding.toUint8Array(encoder);
}

/** Throws BASE_MALFORMED. */
export function decodeFoldNotice(bytes: Uint8Array): FoldNotice {
  return decodeWhole(bytes, NOTICE_VERSION, (decoder) => {
    const number = decoding.readVarUint(decoder);
    const count = decoding.readVarUint(decoder);
    const digest = decoding.readVarUint(decoder);
    if (number < 1) throw new Error('fold 0');
    if (digest > MAX_UINT32) throw new Error(`digest ${digest}`);
    return { number, watermarks: readWatermarks(decoder), count, digest };
  });
}

/** 32 bits over a set of records, the same in whatever order they are named. */
export function foldDigest(records: Iterable<{ readonly client: number; readonly clock: number }>): number {
  let sum = 0;
  for (const { client, clock } of records) sum = (sum + mixed(client, clock)) >>> 0;
  return sum;
}

/** Every bit of the two numbers moves every bit of the answer: sums of plain ids would meet by accident. */
function mixed(client: number, clock: number): number {
  let hash = Math.imul((client >>> 0) ^ 0x9e37_79b9, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ Math.floor(client / 2 ** 32), 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 13) ^ clock, 0x27d4_eb2f);
  hash ^= hash >>> 16;
  return Math.imul(hash, 0x1656_67b1) >>> 0;
}
