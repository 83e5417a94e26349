/** Unpacks one TIFF segment: none, LZW, PackBits or deflate. Writes at most the bytes that the layout promises. */
import { imageError } from './errors.ts';
import { inflateExactly } from './inflate.ts';

/** Throws IMAGE_TRUNCATED, IMAGE_CORRUPT or (other compressions) IMAGE_UNSUPPORTED. */
export function unpackSegment(
  packed: Uint8Array,
  compression: number,
  expectedBytes: number,
  name: string,
): Uint8Array {
  switch (compression) {
    case 1:
      return whole(packed, packed.length, expectedBytes, name);
    case 5:
      return unpackLzw(packed, expectedBytes, name);
    case 8:
    case 32946:
      return inflateExactly([packed], expectedBytes, name);
    case 32773:
      return unpackPackBits(packed, expectedBytes, name);
    default:
      throw imageError('IMAGE_UNSUPPORTED', {
        name,
        came: `TIFF compression ${compression}`,
        expected: 'no compression, LZW, deflate or PackBits',
      });
  }
}

function whole(out: Uint8Array, filled: number, expectedBytes: number, name: string): Uint8Array {
  if (filled < expectedBytes) {
    throw imageError('IMAGE_TRUNCATED', {
      name,
      missing: `${expectedBytes - filled} bytes of pixels are missing`,
    });
  }
  return out.length === expectedBytes ? out : out.subarray(0, expectedBytes);
}

/** TIFF 6.0, section 9. */
function unpackPackBits(packed: Uint8Array, expectedBytes: number, name: string): Uint8Array {
  const out = new Uint8Array(expectedBytes);
  let filled = 0;
  let at = 0;
  while (filled < expectedBytes && at < packed.length) {
    const control = packed[at++]!;
    if (control === 128) continue;
    if (control < 128) {
      const run = packed.subarray(at, at + Math.min(control + 1, expectedBytes - filled));
      out.set(run, filled);
      filled += run.length;
      at += control + 1;
    } else if (at < packed.length) {
      const end = Math.min(filled + 257 - control, expectedBytes);
      out.fill(packed[at++]!, filled, end);
      filled = end;
    }
  }
  return whole(out, filled, expectedBytes, name);
}

const CLEAR = 256;
const END = 257;
const MAX_CODES = 4096;

/**
 * TIFF 6.0, section 13: codes of 9 to 12 bits, most significant bit first, one bit wider a code early.
 * A code's bytes are found again in what was already written: its start there and its length suffice.
 */
function unpackLzw(packed: Uint8Array, expectedBytes: number, name: string): Uint8Array {
  const out = new Uint8Array(expectedBytes);
  const starts = new Int32Array(MAX_CODES);
  const lengths = new Int32Array(MAX_CODES);
  let filled = 0;
  let next = END + 1;
  let width = 9;
  let previousStart = -1;
  let previousLength = 0;
  let buffer = 0;
  let bits = 0;
  let at = 0;
  while (filled < expectedBytes) {
    while (bits < width && at < packed.length) {
      buffer = ((buffer << 8) | packed[at++]!) & 0xffffff;
      bits += 8;
    }
    if (bits < width) break;
    const code = (buffer >> (bits - width)) & ((1 << width) - 1);
    bits -= width;
    if (code === END) break;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      previousStart = -1;
      continue;
    }
    const start = filled;
    let length: number;
    if (code < CLEAR) {
      out[filled++] = code;
      length = 1;
    } else if (previousStart >= 0 && code <= next) {
      // The code that is being made right now is the previous one and its own first byte.
      const isNew = code === next;
      const from = isNew ? previousStart : starts[code]!;
      length = isNew ? previousLength + 1 : lengths[code]!;
      const end = Math.min(filled + length, expectedBytes);
      for (let source = from; filled < end; source++) out[filled++] = out[source]!;
    } else {
      throw imageError('IMAGE_CORRUPT', { name, found: `LZW code ${code} was never defined` });
    }
    if (previousStart >= 0 && next < MAX_CODES) {
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
    }
    if (next + 1 >= 1 << width && width < 12) width++;
    previousStart = start;
    previousLength = length;
  }
  return whole(out, filled, expectedBytes, name);
}
