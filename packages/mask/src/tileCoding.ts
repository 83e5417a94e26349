/**
 * The folded part of one tile as bytes: which stamp shows at each of its 128 x 128 pixels. Knows no mask and no live record;
 * refuses bytes
 * that do not give every pixel one stamp, every stamp a pixel, and the counts that stand at their head.
 */
import { deflateSync } from 'fflate';
import { ByteReader, ByteWriter } from './bytes.ts';
import { MaskError } from './errors.ts';
import { inflateExactly } from './inflating.ts';
import { packPlane, TILE_PIXELS, unpackPlane } from './planeCoding.ts';

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
/** Mostly a Huffman code of bytes that do not repeat: higher levels gain nothing. */
const DEFLATE_LEVEL = 4;
/** Every pixel its own stamp and its own run, both at their longest, take 20 bytes a pixel. */
const MAX_UNPACKED_BYTES = TILE_PIXELS * 20;
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
  packStamps(stamps, numberOf, body);
  packPlane(plane, body);
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
  const plane = unpackPlane(body, stamps.length);
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

/** Lamports as steps, then session numbers, then labels: like beside like deflates better. */
function packStamps(
  stamps: readonly Stamp[],
  numberOf: (sessionId: string) => number,
  out: ByteWriter,
): void {
  out.varint(stamps.length);
  let lamport = 0;
  for (const stamp of stamps) {
    out.varint(stamp.lamport - lamport);
    lamport = stamp.lamport;
  }
  for (const { sessionId } of stamps) out.varint(numberOf(sessionId));
  for (const { label } of stamps) out.byte(label);
}

function readStamps(reader: ByteReader, sessions: readonly string[]): Stamp[] {
  const size = reader.varint();
  if (size > TILE_PIXELS) throw broken(`${size} stamps`);
  const steps = Array.from({ length: size }, () => reader.varint());
  const numbers = Array.from({ length: size }, () => reader.varint());
  let lamport = 0;
  let previousLabel = -1;
  return steps.map((step, i) => {
    const number = numbers[i]!;
    const label = reader.byte();
    lamport += step;
    const sessionId = sessions[number];
    if (lamport < 1 || lamport > Number.MAX_SAFE_INTEGER) throw broken(`lamport ${lamport}`);
    if (sessionId === undefined) throw broken(`session ${number} of ${sessions.length}`);
    const previous = numbers[i - 1] ?? -1;
    const after = step > 0 || number > previous || (number === previous && label > previousLabel);
    if (!after) throw broken('stamps out of order');
    previousLabel = label;
    return { lamport, sessionId, label };
  });
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
