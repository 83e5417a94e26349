/** Unpacking deflated bytes of a known length. Allocates no more than was announced; refuses whatever is longer, shorter or broken. */
import { inflateSync } from 'fflate';
import { MaskError, type MaskErrorCode } from './errors.ts';

export interface InflateCodes {
  readonly broken: MaskErrorCode;
  readonly bomb: MaskErrorCode;
  readonly truncated: MaskErrorCode;
}

/** Bytes of the room that is used again and again: more than a stroke's rows or a tile's runs take. */
const ROOM = 16_384;
const room = new Uint8Array(ROOM);

/**
 * `length` bytes, exactly, to be read before the next call: mostly in a room that is used again. Throws one of the codes
 * otherwise, `bomb` for an announcement above `atMost` before anything is unpacked.
 */
export function inflateExactly(
  deflated: Uint8Array,
  { length, atMost, codes }: { length: number; atMost: number; codes: InflateCodes },
): Uint8Array {
  if (length > atMost) throw new MaskError(codes.bomb, `${length} bytes announced`);
  let out: Uint8Array;
  try {
    // One byte of room more than announced: whatever fills it is longer than it said.
    out = inflateSync(deflated, {
      out: length < ROOM ? room.subarray(0, length + 1) : new Uint8Array(length + 1),
    });
  } catch (error) {
    throw new MaskError(codes.broken, error instanceof Error ? error.message : String(error));
  }
  if (out.length > length) throw new MaskError(codes.bomb, `more than the ${length} bytes announced`);
  if (out.length < length) throw new MaskError(codes.truncated, `${out.length} of ${length} bytes`);
  return out;
}
