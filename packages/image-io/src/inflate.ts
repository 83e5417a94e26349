/** Inflates a zlib stream into exactly the number of bytes that the header promised: a bomb ends at that bound. */
import { Unzlib } from 'fflate';
import { imageError } from './errors.ts';

// Deflate expands at most 1032-fold, so a slice yields at most 16 MiB before the bound is looked at again.
const SLICE_BYTES = 16 * 1024;

/**
 * `parts` are consecutive pieces of one zlib stream. Bytes past `expectedBytes` are ignored.
 * Throws IMAGE_TRUNCATED when the stream holds fewer, IMAGE_CORRUPT when it is not a zlib stream.
 */
export function inflateExactly(parts: Uint8Array[], expectedBytes: number, name: string): Uint8Array {
  const out = new Uint8Array(expectedBytes);
  let filled = 0;
  const inflator = new Unzlib((chunk) => {
    const room = expectedBytes - filled;
    out.set(chunk.length <= room ? chunk : chunk.subarray(0, room), filled);
    filled += Math.min(chunk.length, room);
  });
  const push = (slice: Uint8Array, last: boolean) => {
    try {
      inflator.push(slice, last);
    } catch (cause) {
      // fflate reports a stream that stops before its last block in the same way as any other fault.
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (/EOF/i.test(reason)) {
        throw imageError('IMAGE_TRUNCATED', {
          name,
          missing: `${expectedBytes - filled} bytes of pixels are missing`,
        });
      }
      throw imageError('IMAGE_CORRUPT', {
        name,
        found: `the compressed pixels cannot be unpacked (${reason})`,
      });
    }
  };
  for (const part of parts) {
    for (let start = 0; start < part.length && filled < expectedBytes; start += SLICE_BYTES) {
      push(part.subarray(start, start + SLICE_BYTES), false);
    }
  }
  if (filled < expectedBytes) push(new Uint8Array(0), true);
  if (filled < expectedBytes) {
    throw imageError('IMAGE_TRUNCATED', {
      name,
      missing: `${expectedBytes - filled} bytes of pixels are missing`,
    });
  }
  return out;
}
