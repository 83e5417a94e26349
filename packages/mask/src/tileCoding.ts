/**
 * The folded part of one tile as bytes: which stamp shows at each of its 128 x 128 pixels. Knows no mask and no live record;
 * refuses every byte sequence that its own encoder could not have meant.
 */
import { deflateSync } from 'fflate';
import { ByteReader, ByteWriter } from './bytes.ts';
import { MaskError } from './errors.ts';
import { inflateExactly } from './inflating.ts';

export const TILE_SIZE = 128;
export const TILE_PIXELS = TILE_SIZE * TILE_SIZE;
export const TILE_VERSION = 1;

/** Names a stroke, and what it paints: in one session lamports grow with the strokes, and a stroke has one label. */
export interface Stamp {
  readonly lamport: number;
  readonly sessionId: string;
  readonly label: number;
}

/** Label plane and stamp plane in one. */
export interface FoldedTile {
  readonly stamps: readonly Stamp[];
  /** [128 * 128], row-major: 0 where nothing is folded, k where stamps[k - 1] shows. */
  readonly plane: Uint16Array;
}

const PLAIN = 0;
const DEFLATED = 1;
const DEFLATE_LEVEL = 6;
/** Every pixel its own stamp of ten bytes and its own run of four, and some more. */
const MAX_UNPACKED_BYTES = TILE_PIXELS * 16;
const INFLATE_CODES = { broken: 'TILE_BROKEN', bomb: 'TILE_BROKEN', truncated: 'TILE_BROKEN' } as const;
const READER_CODES = { truncated: 'TILE_BROKEN', overlong: 'TILE_BROKEN' } as const;

const broken = (detail: string) => new MaskError('TILE_BROKEN', detail);

/**
 * Stamps are written sorted, and only those that show: decoding gives the same picture, and equal pictures give equal bytes.
 * `numberOf` names a session by its place in the list that `decodeTile` will get.
 */
export function encodeTile(tile: FoldedTile, numberOf: (sessionId: string) => number): Uint8Array {
  const { stamps, plane } = sortedTile(tile, numberOf);
  const body = new ByteWriter();
  body.varint(stamps.length);
  let lamport = 0;
  for (const stamp of stamps) {
    body.varint(stamp.lamport - lamport);
    body.varint(numberOf(stamp.sessionId));
    body.byte(stamp.label);
    lamport = stamp.lamport;
  }
  for (let from = 0; from < TILE_PIXELS; ) {
    let to = from + 1;
    while (to < TILE_PIXELS && plane[to] === plane[from]) to++;
    body.varint(plane[from]!);
    body.varint(to - from);
    from = to;
  }
  const unpacked = body.finish();
  const deflated = deflateSync(unpacked, { level: DEFLATE_LEVEL });
  const out = new ByteWriter();
  out.byte(TILE_VERSION);
  const counts = countLabels({ stamps, plane });
  out.varint(counts.size);
  for (const [label, count] of counts) {
    out.byte(label);
    out.varint(count);
  }
  const packed = deflated.length + 3 < unpacked.length;
  out.byte(packed ? DEFLATED : PLAIN);
  if (packed) out.varint(unpacked.length);
  out.append(packed ? deflated : unpacked);
  return out.finish();
}

/** Parses bytes from anywhere; `sessions` in the order of their numbers. Throws TILE_BROKEN and nothing else. */
export function decodeTile(bytes: Uint8Array, sessions: readonly string[]): FoldedTile {
  const header = new ByteReader(bytes, READER_CODES);
  const announced = readCounts(header);
  const body = new ByteReader(unpackedBody(header), READER_CODES);
  const stamps = readStamps(body, sessions);
  const plane = readPlane(body, stamps.length);
  if (!body.atEnd) throw broken('bytes after the last run');
  const counts = countLabels({ stamps, plane });
  const same = counts.size === announced.size && [...counts].every(([l, n]) => announced.get(l) === n);
  if (!same) throw broken('label counts that are not those of the pixels');
  return { stamps, plane };
}

/** Pixels of each label but 0, read from the header alone. Throws TILE_BROKEN. */
export function tileLabelCounts(bytes: Uint8Array): ReadonlyMap<number, number> {
  return readCounts(new ByteReader(bytes, READER_CODES));
}

function readCounts(reader: ByteReader): Map<number, number> {
  const version = reader.byte();
  if (version !== TILE_VERSION) throw broken(`version ${version}`);
  const counts = new Map<number, number>();
  const size = reader.varint();
  let previous = 0;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const label = reader.byte();
    const count = reader.varint();
    if (label <= previous || count === 0) throw broken('label counts out of order');
    counts.set(label, count);
    previous = label;
    sum += count;
  }
  if (sum > TILE_PIXELS) throw broken(`${sum} labelled pixels`);
  return counts;
}

function unpackedBody(reader: ByteReader): Uint8Array {
  const coding = reader.byte();
  if (coding === PLAIN) return reader.rest();
  if (coding !== DEFLATED) throw broken(`coding ${coding}`);
  const length = reader.varint();
  return inflateExactly(reader.rest(), { length, atMost: MAX_UNPACKED_BYTES, codes: INFLATE_CODES });
}

function readStamps(reader: ByteReader, sessions: readonly string[]): Stamp[] {
  const size = reader.varint();
  if (size > TILE_PIXELS) throw broken(`${size} stamps`);
  const stamps: Stamp[] = [];
  let lamport = 0;
  let previousNumber = -1;
  let previousLabel = -1;
  for (let i = 0; i < size; i++) {
    const step = reader.varint();
    lamport += step;
    const number = reader.varint();
    const label = reader.byte();
    const sessionId = sessions[number];
    if (lamport < 1 || lamport > Number.MAX_SAFE_INTEGER) throw broken(`lamport ${lamport}`);
    if (sessionId === undefined) throw broken(`session ${number} of ${sessions.length}`);
    const after = step > 0 || number > previousNumber || (number === previousNumber && label > previousLabel);
    if (!after) throw broken('stamps out of order');
    previousNumber = number;
    previousLabel = label;
    stamps.push({ lamport, sessionId, label });
  }
  return stamps;
}

function readPlane(reader: ByteReader, stampCount: number): Uint16Array {
  const plane = new Uint16Array(TILE_PIXELS);
  const shown = new Uint8Array(stampCount + 1);
  let previous = -1;
  for (let from = 0; from < TILE_PIXELS; ) {
    const value = reader.varint();
    const length = reader.varint();
    if (value > stampCount || value === previous || length === 0 || from + length > TILE_PIXELS) {
      throw broken(`a run of ${length} pixels of stamp ${value}`);
    }
    plane.fill(value, from, from + length);
    shown[value] = 1;
    previous = value;
    from += length;
  }
  if (shown.indexOf(0, 1) >= 0) throw broken('a stamp that shows nowhere');
  return plane;
}

/** Sorted by lamport, session number and label; without what shows nowhere, and without doubles. */
function sortedTile({ stamps, plane }: FoldedTile, numberOf: (sessionId: string) => number): FoldedTile {
  const shown = new Uint8Array(stamps.length + 1);
  for (let i = 0; i < TILE_PIXELS; i++) shown[plane[i]!] = 1;
  const order = stamps
    .map((stamp, i) => ({ stamp, number: numberOf(stamp.sessionId), value: i + 1 }))
    .filter(({ value }) => shown[value] === 1)
    .sort(
      (a, b) => a.stamp.lamport - b.stamp.lamport || a.number - b.number || a.stamp.label - b.stamp.label,
    );
  const valueAfter = new Uint16Array(stamps.length + 1);
  const sorted: Stamp[] = [];
  for (const { stamp, value } of order) {
    const last = sorted.at(-1);
    const same =
      last !== undefined &&
      last.lamport === stamp.lamport &&
      last.sessionId === stamp.sessionId &&
      last.label === stamp.label;
    if (!same) sorted.push(stamp);
    valueAfter[value] = sorted.length;
  }
  return { stamps: sorted, plane: plane.map((value) => valueAfter[value]!) };
}

/** By ascending label, without 0. */
function countLabels({ stamps, plane }: FoldedTile): Map<number, number> {
  const perStamp = new Uint32Array(stamps.length + 1);
  for (let i = 0; i < TILE_PIXELS; i++) perStamp[plane[i]!]!++;
  const perLabel = new Uint32Array(256);
  stamps.forEach(({ label }, k) => {
    perLabel[label]! += perStamp[k + 1]!;
  });
  const counts = new Map<number, number>();
  for (let label = 1; label < 256; label++) if (perLabel[label]! > 0) counts.set(label, perLabel[label]!);
  return counts;
}
