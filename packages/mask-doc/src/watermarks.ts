/**
 * How far each session is folded. A watermark says: all strokes of the session up to here are in the base, or were undone
 * for ever. Knows no tiles; sessions are only ever appended, so that their place in the table is a number for tiles to use.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { MaskDocError } from './errors.ts';

export interface Watermark {
  readonly strokeId: number;
  /** Of that stroke: every later one of the session has a greater lamport. */
  readonly lamport: number;
}

/** In the order of the sessions' numbers within tiles. */
export type Watermarks = readonly (readonly [sessionId: string, watermark: Watermark])[];

const WATERMARKS_VERSION = 1;

export function encodeWatermarks(watermarks: Watermarks): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, WATERMARKS_VERSION);
  writeWatermarks(encoder, watermarks);
  return encoding.toUint8Array(encoder);
}

/** Throws BASE_MALFORMED. */
export function decodeWatermarks(bytes: Uint8Array): Watermarks {
  return decodeWhole(bytes, WATERMARKS_VERSION, readWatermarks);
}

export function writeWatermarks(encoder: encoding.Encoder, watermarks: Watermarks): void {
  encoding.writeVarUint(encoder, watermarks.length);
  for (const [sessionId, { strokeId, lamport }] of watermarks) {
    encoding.writeVarString(encoder, sessionId);
    encoding.writeVarUint(encoder, strokeId);
    encoding.writeVarUint(encoder, lamport);
  }
}

export function readWatermarks(decoder: decoding.Decoder): Watermarks {
  const watermarks: [string, Watermark][] = [];
  const sessions = new Set<string>();
  for (let count = decoding.readVarUint(decoder); count > 0; count--) {
    const sessionId = decoding.readVarString(decoder);
    if (sessions.has(sessionId)) throw new Error(`session '${sessionId}' twice`);
    sessions.add(sessionId);
    watermarks.push([
      sessionId,
      { strokeId: decoding.readVarUint(decoder), lamport: decoding.readVarUint(decoder) },
    ]);
  }
  return watermarks;
}

/** Version, then what `read` reads, then nothing. Throws BASE_MALFORMED and nothing else. */
export function decodeWhole<T>(
  bytes: Uint8Array,
  expected: number,
  read: (decoder: decoding.Decoder) => T,
): T {
  try {
    const decoder = decoding.createDecoder(bytes);
    const version = decoding.readVarUint(decoder);
    if (version !== expected) throw new Error(`version ${version}`);
    const value = read(decoder);
    if (decoder.pos !== bytes.length) throw new Error(`${decoder.pos} bytes read of ${bytes.length}`);
    return value;
  } catch (error) {
    throw new MaskDocError('BASE_MALFORMED', error instanceof Error ? error.message : String(error), error);
  }
}

/** The table of one mask: who has which number, and how far they are folded. */
export class WatermarkTable {
  private readonly numbers = new Map<string, number>();
  private entries: (readonly [string, Watermark])[] = [];

  constructor(watermarks: Watermarks = []) {
    this.move(watermarks);
  }

  get all(): Watermarks {
    return this.entries;
  }

  get sessions(): string[] {
    return this.entries.map(([sessionId]) => sessionId);
  }

  get(sessionId: string): Watermark | undefined {
    const number = this.numbers.get(sessionId);
    return number === undefined ? undefined : this.entries[number]![1];
  }

  covers(sessionId: string, strokeId: number): boolean {
    const watermark = this.get(sessionId);
    return watermark !== undefined && strokeId <= watermark.strokeId;
  }

  /** Watermarks only rise; sessions not known yet are appended. */
  move(watermarks: Watermarks): void {
    const entries = [...this.entries];
    for (const [sessionId, watermark] of watermarks) {
      const number = this.numbers.get(sessionId);
      if (number === undefined) {
        this.numbers.set(sessionId, entries.length);
        entries.push([sessionId, watermark]);
      } else if (watermark.strokeId > entries[number]![1].strokeId) {
        entries[number] = [sessionId, watermark];
      }
    }
    // A new array, so that whoever was handed the old one holds what was true then.
    this.entries = entries;
  }

  moved(watermarks: Watermarks): WatermarkTable {
    const table = new WatermarkTable(this.entries);
    table.move(watermarks);
    return table;
  }
}
