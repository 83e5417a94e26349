/**
 * Scalars as TensorBoard reads them: a file of length-prefixed, checksummed records, each an `Event` protocol buffer
 * (tensorflow/core/util/event.proto). Writes scalars and nothing else.
 */
import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface EventFile {
  /** `values` by tag; written in the order of the calls. */
  write(step: number, values: Readonly<Record<string, number>>): void;
  /** Waits for what was written. Throws what writing threw. */
  close(): Promise<void>;
}

/** A new file in `folder`, which is made if need be. */
export async function createEventFile(folder: string, now: () => number = Date.now): Promise<EventFile> {
  mkdirSync(folder, { recursive: true });
  const name = `events.out.tfevents.${Math.floor(now() / 1000)}.${hostname()}.${process.pid}`;
  const file: FileHandle = await open(join(folder, name), 'a');
  let writing: Promise<unknown> = file.appendFile(record(event(now() / 1000, { version: 'brain.Event:2' })));
  // Looked at by close(): a full disk must not end the run between two steps.
  writing.catch(() => {});
  return {
    write(step, values) {
      const bytes = record(event(now() / 1000, { step, values }));
      writing = writing.then(() => file.appendFile(bytes));
      writing.catch(() => {});
    },
    async close() {
      try {
        await writing;
      } finally {
        await file.close();
      }
    },
  };
}

/** Length, its checksum, the bytes, their checksum. */
export function record(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(body.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(body, 12);
  view.setUint32(12 + body.length, maskedCrc(body), true);
  return bytes;
}

interface EventContent {
  version?: string;
  step?: number;
  values?: Readonly<Record<string, number>>;
}

/** Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; } */
function event(wallTime: number, { version, step, values }: EventContent): Uint8Array {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setFloat64(0, wallTime, true);
  const parts: Uint8Array[] = [Uint8Array.of(9), time];
  if (step !== undefined) parts.push(Uint8Array.of(16), varint(step));
  if (version !== undefined) parts.push(delimited(3, new TextEncoder().encode(version)));
  if (values !== undefined) parts.push(delimited(5, joined(Object.entries(values).map(summaryValue))));
  return joined(parts);
}

/** Summary { repeated Value value = 1; }, Value { string tag = 1; float simple_value = 2; } */
function summaryValue([tag, value]: [string, number]): Uint8Array {
  const float = new Uint8Array(4);
  new DataView(float.buffer).setFloat32(0, value, true);
  return delimited(1, joined([delimited(1, new TextEncoder().encode(tag)), Uint8Array.of(21), float]));
}

function delimited(field: number, bytes: Uint8Array): Uint8Array {
  return joined([Uint8Array.of((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

const CASTAGNOLI = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1;
  return c;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CASTAGNOLI[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** TensorFlow rotates and shifts checksums that lie beside what they check. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
