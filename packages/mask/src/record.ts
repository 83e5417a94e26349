/**
 * The stroke record: one immutable binary value of at most 64 KiB. Knows nothing of where it is kept; refuses every byte
 * sequence that its own encoder could not have meant.
 */
import { deflateSync } from 'fflate';
import { ByteReader, ByteWriter } from './bytes.ts';
import { MaskError } from './errors.ts';
import { inflateExactly } from './inflating.ts';
import { packRows, unpackRows } from './rowCoding.ts';
import { type Box, boundingBox, type Runs, type Size } from './runs.ts';

export const RECORD_VERSION = 1;
export const MAX_RECORD_BYTES = 65_536;
/** What a record may unpack to: 64 KiB of deflate could otherwise claim 67 MB. */
export const MAX_UNPACKED_BYTES = 1_048_576;
const MAX_PART = 65_535;
const INFLATE_CODES = {
  broken: 'RECORD_DEFLATE_BROKEN',
  bomb: 'RECORD_DEFLATE_BOMB',
  truncated: 'RECORD_TRUNCATED',
} as const;

export interface StrokeRecord {
  readonly version: 1;
  /** Unique within its session. */
  readonly strokeId: number;
  /** Which piece of a split stroke, from 0; (session, strokeId, part) names a record for ever. */
  readonly part: number;
  /** 1 … 2^53-1. */
  readonly lamport: number;
  /** 0 (unknown, the eraser) … 255. */
  readonly label: number;
  /** At least one pixel, none negative. */
  readonly runs: Runs;
}

export interface DecodeLimits extends Size {
  /** Which labels the project's table has; 0 is always allowed. Without it, any. */
  readonly labels?: ReadonlySet<number>;
}

const PLAIN = 0;
const DEFLATED = 1;
/**
 * Painting waits for it at the end of a stroke. Against level 9, brush strokes are at most 1 % larger; areas of half a million
 * runs 2 to 12 %, but packed in a quarter to a half of the time. Every level is read alike.
 */
const DEFLATE_LEVEL = 4;

/** Throws LAMPORT_OUT_OF_RANGE, LABEL_OUTSIDE_TABLE, STROKE_ID_OUT_OF_RANGE, RECORD_EMPTY, RUNS_OUTSIDE_MASK, RECORD_TOO_LARGE. */
export function encodeRecord(record: StrokeRecord): Uint8Array {
  const box = boundingBox(record.runs);
  if (box === undefined) throw new MaskError('RECORD_EMPTY');
  checkNumbers(record);
  if (box.x0 < 0 || box.y0 < 0) throw new MaskError('RUNS_OUTSIDE_MASK', `a run at (${box.x0}, ${box.y0})`);
  const rows = packRows(record.runs, box);
  if (rows.length > MAX_UNPACKED_BYTES)
    throw new MaskError('RECORD_TOO_LARGE', `${rows.length} bytes of runs`);
  const deflated = deflateSync(rows, { level: DEFLATE_LEVEL });
  const out = new ByteWriter();
  out.byte(RECORD_VERSION);
  // The length before packing takes at most three bytes.
  const packed = deflated.length + 3 < rows.length;
  out.byte(packed ? DEFLATED : PLAIN);
  for (const value of [record.strokeId, record.part, record.lamport, record.label]) out.varint(value);
  for (const value of [box.x0, box.y0, box.x1 - box.x0 - 1, box.y1 - box.y0 - 1]) out.varint(value);
  if (packed) out.varint(rows.length);
  out.append(packed ? deflated : rows);
  const bytes = out.finish();
  if (bytes.length > MAX_RECORD_BYTES) throw new MaskError('RECORD_TOO_LARGE', `${bytes.length} bytes`);
  return bytes;
}

/** What a record says of itself before its rows. */
export interface RecordHead {
  readonly strokeId: number;
  readonly part: number;
  readonly lamport: number;
  readonly label: number;
  /** Box of its pixels, x1 and y1 exclusive. */
  readonly box: Box;
}

/** The head alone, without unpacking a single row: some 30 times cheaper than all of it. Throws MaskError and nothing else. */
export function decodeRecordHead(bytes: Uint8Array): RecordHead {
  return headOf(readerOf(bytes)).head;
}

/** Parses bytes from anywhere; what it returns needs no further check. Throws MaskError and nothing else. */
export function decodeRecord(bytes: Uint8Array, limits: DecodeLimits): StrokeRecord {
  const reader = readerOf(bytes);
  const { coding, head } = headOf(reader);
  const { strokeId, part, lamport, label, box } = head;
  if (label !== 0 && limits.labels !== undefined && !limits.labels.has(label)) {
    throw new MaskError('LABEL_OUTSIDE_TABLE', `label ${label}`);
  }
  if (box.x1 > limits.width || box.y1 > limits.height) {
    throw new MaskError(
      'RUNS_OUTSIDE_MASK',
      `(${box.x1}, ${box.y1}) in a mask of ${limits.width} x ${limits.height}`,
    );
  }
  const rows = coding === PLAIN ? reader.rest() : unpacked(reader);
  const runs = unpackRows(rows, box);
  return { version: RECORD_VERSION, strokeId, part, lamport, label, runs };
}

function readerOf(bytes: Uint8Array): ByteReader {
  if (bytes.length > MAX_RECORD_BYTES) throw new MaskError('RECORD_TOO_LARGE', `${bytes.length} bytes`);
  return new ByteReader(bytes, { truncated: 'RECORD_TRUNCATED', overlong: 'RECORD_NOT_CANONICAL' });
}

function headOf(reader: ByteReader): { coding: number; head: RecordHead } {
  const version = reader.byte();
  if (version !== RECORD_VERSION) throw new MaskError('RECORD_VERSION_UNKNOWN', `version ${version}`);
  const coding = reader.byte();
  if (coding !== PLAIN && coding !== DEFLATED)
    throw new MaskError('RECORD_NOT_CANONICAL', `coding ${coding}`);
  const strokeId = reader.varint();
  const part = reader.varint();
  const lamport = lamportOf(reader);
  const label = reader.varint();
  checkNumbers({ strokeId, part, lamport, label });
  const [x0, y0] = [reader.varint(), reader.varint()];
  const [x1, y1] = [x0 + reader.varint() + 1, y0 + reader.varint() + 1];
  return { coding, head: { strokeId, part, lamport, label, box: { x0, y0, x1, y1 } } };
}

function unpacked(reader: ByteReader): Uint8Array {
  const length = reader.varint();
  return inflateExactly(reader.rest(), { length, atMost: MAX_UNPACKED_BYTES, codes: INFLATE_CODES });
}

/** A varint above 2^53-1 in the place of the lamport is a jump, not a coding error. */
function lamportOf(reader: ByteReader): number {
  try {
    return reader.varint();
  } catch (error) {
    if (error instanceof MaskError && error.code === 'RECORD_NOT_CANONICAL') {
      throw new MaskError('LAMPORT_OUT_OF_RANGE', 'above 2^53-1');
    }
    throw error;
  }
}

function checkNumbers({ strokeId, part, lamport, label }: Omit<StrokeRecord, 'runs' | 'version'>): void {
  if (!Number.isSafeInteger(lamport) || lamport < 1) {
    throw new MaskError('LAMPORT_OUT_OF_RANGE', `lamport ${lamport}`);
  }
  if (!Number.isInteger(label) || label < 0 || label > 255) {
    throw new MaskError('LABEL_OUTSIDE_TABLE', `label ${label}`);
  }
  if (
    !Number.isSafeInteger(strokeId) ||
    strokeId < 0 ||
    !Number.isInteger(part) ||
    part < 0 ||
    part > MAX_PART
  ) {
    throw new MaskError('STROKE_ID_OUT_OF_RANGE', `stroke ${strokeId}, part ${part}`);
  }
}

/** The records of one stroke, each within 64 KiB; one for all but enormous strokes, none when it covers nothing. */
export function splitStroke(stroke: Omit<StrokeRecord, 'version' | 'part'>): StrokeRecord[] {
  // Three bytes a number is the most a run end costs unpacked, two ends a run and one count a row.
  const runsPerRecord = 7_000;
  const records: StrokeRecord[] = [];
  for (let i = 0; i < stroke.runs.length; i += runsPerRecord * 3) {
    const runs = stroke.runs.slice(i, i + runsPerRecord * 3) as Runs;
    records.push({ ...stroke, version: RECORD_VERSION, part: records.length, runs });
  }
  return records;
}
