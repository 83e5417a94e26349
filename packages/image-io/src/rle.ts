/**
 * One label of a mask as COCO run lengths: column by column, runs of 0 and 1 in turn, as COCO's compressed text or
 * read back from it. Knows no other part of COCO's JSON.
 */
import { imageError } from './errors.ts';

export interface CocoRle {
  /** [height, width], as COCO has it. */
  size: [height: number, width: number];
  counts: string;
}

/** The pixels of `mask` (row by row) that are not 0. */
export function encodeRle(mask: Uint8Array, width: number, height: number): CocoRle {
  if (mask.length !== width * height) {
    throw imageError('PIXELS_DO_NOT_FIT', { expected: width * height, came: mask.length, width, height });
  }
  const runs: number[] = [];
  let inside = false;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if ((mask[y * width + x] !== 0) !== inside) {
        runs.push(run);
        run = 0;
        inside = !inside;
      }
      run++;
    }
  }
  runs.push(run);
  return { size: [height, width], counts: packRuns(runs) };
}

/** 1 where the mask is, row by row. Throws RLE_CORRUPT. */
export function decodeRle({ size: [height, width], counts }: CocoRle): Uint8Array {
  const runs = unpackRuns(counts);
  const total = runs.reduce((sum, run) => sum + run, 0);
  if (total !== width * height || runs.some((run) => run < 0)) {
    throw imageError('RLE_CORRUPT', { found: `they add up to ${total} for ${height} × ${width}` });
  }
  const mask = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((run, i) => {
    for (let end = at + run; at < end; at++) {
      if (i % 2 === 1) mask[(at % height) * width + Math.floor(at / height)] = 1;
    }
  });
  return mask;
}

// From the fourth run on COCO stores the difference to the run before the last; five bits a character, the sixth says
// that more follow, the fifth of the last is the sign.
function packRuns(runs: readonly number[]): string {
  let text = '';
  runs.forEach((run, i) => {
    let rest = i > 2 ? run - runs[i - 2]! : run;
    for (;;) {
      const five = rest & 31;
      rest >>= 5;
      const last = (five & 16) === 0 ? rest === 0 : rest === -1;
      text += String.fromCharCode((last ? five : five | 32) + 48);
      if (last) break;
    }
  });
  return text;
}

function unpackRuns(text: string): number[] {
  const runs: number[] = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let bits = 0;
    for (;;) {
      const code = text.charCodeAt(at++) - 48;
      if (!(code >= 0 && code < 64))
        throw imageError('RLE_CORRUPT', { found: `character ${at} is none of COCO's` });
      value |= (code & 31) << bits;
      bits += 5;
      if ((code & 32) === 0) {
        if ((code & 16) !== 0 && bits < 32) value |= -1 << bits;
        break;
      }
    }
    const i = runs.length;
    runs.push(i > 2 ? value + runs[i - 2]! : value);
  }
  return runs;
}
