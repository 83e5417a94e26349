/** The error table of the mask algebra: one code, one sentence. Knows nothing of transport; `status` is what an HTTP edge may answer. */

export const MASK_ERRORS = {
  RECORD_TRUNCATED: {
    status: 400,
    message: 'A whole stroke record was expected, but its bytes end too early. Send the record again.',
  },
  RECORD_TRAILING_BYTES: {
    status: 400,
    message:
      'A stroke record was expected and nothing after it, but bytes follow. Send one record per value.',
  },
  RECORD_VERSION_UNKNOWN: {
    status: 400,
    message: 'A stroke record of version 1 was expected. Reload the page to get the current build.',
  },
  RECORD_NOT_CANONICAL: {
    status: 400,
    message:
      'Sorted, disjoint, maximal row runs in minimal varints were expected. Encode the record with encodeRecord.',
  },
  RECORD_EMPTY: {
    status: 400,
    message: 'A record covers at least one pixel, but this one covers none. Leave empty strokes out.',
  },
  RECORD_TOO_LARGE: {
    status: 413,
    message: 'A record of at most 64 KiB was expected. Split the stroke with splitStroke.',
  },
  RECORD_DEFLATE_BOMB: {
    status: 413,
    message:
      'A record that unpacks to at most 1 MiB of runs was expected. Split the stroke with splitStroke.',
  },
  RECORD_DEFLATE_BROKEN: {
    status: 400,
    message: 'A raw deflate stream was expected, but it does not unpack. Send the record again.',
  },
  RUNS_OUTSIDE_MASK: {
    status: 400,
    message: 'Runs inside the mask were expected. Clip them to its width and height before recording.',
  },
  LABEL_OUTSIDE_TABLE: {
    status: 400,
    message: "A label of the project's label table (or 0, unknown) was expected. Choose one of its labels.",
  },
  LAMPORT_OUT_OF_RANGE: {
    status: 400,
    message: 'A whole lamport from 1 to 2^53-1 was expected. Take 1 + the greatest seen.',
  },
  STROKE_ID_OUT_OF_RANGE: {
    status: 400,
    message: 'A whole stroke id from 0 to 2^53-1 and a part from 0 to 65535 were expected.',
  },
  POINT_OUT_OF_RANGE: {
    status: 400,
    message: 'Finite coordinates between -65536 and 65536 pixels were expected. Leave the point out.',
  },
  BRUSH_OUT_OF_RANGE: {
    status: 400,
    message: 'A brush diameter from 1 to 4096 pixels and a pressure from 0 to 1 were expected.',
  },
  MASK_TOO_LARGE: {
    status: 413,
    message: 'A mask of 1 to 12000 pixels a side was expected. Cut the section into smaller ones.',
  },
  RUNS_NOT_CANONICAL: {
    status: 400,
    message:
      'Triples (y, x0, x1) sorted, disjoint and maximal were expected. Build them with runsFromTriples.',
  },
  RECORD_ID_TAKEN: {
    status: 409,
    message: 'A record id not yet in the composition was expected. Remove the record before adding it again.',
  },
  RECORD_ID_UNKNOWN: {
    status: 404,
    message: 'The id of a record in the composition was expected. Add the record before removing it.',
  },
  FOLDING: {
    status: 409,
    message:
      'Records that are not being folded were expected. Finish or cancel the fold first, and hold one fold at a time.',
  },
  SESSION_UNNUMBERED: {
    status: 400,
    message:
      'The number of every session was expected, and none of them to change. Append new sessions to the list.',
  },
  TILE_BROKEN: {
    status: 400,
    message: 'An encoded 128 x 128 tile was expected, but its bytes do not decode. Fold the mask again.',
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type MaskErrorCode = keyof typeof MASK_ERRORS;

/** Thrown for every refusal of this package; `code` is stable, `message` says what was expected and, in `detail`, what came. */
export class MaskError extends Error {
  readonly code: MaskErrorCode;
  readonly status: number;

  constructor(code: MaskErrorCode, detail?: string) {
    super(`${code}: ${MASK_ERRORS[code].message}${detail === undefined ? '' : ` (Got: ${detail}.)`}`);
    this.name = 'MaskError';
    this.code = code;
    this.status = MASK_ERRORS[code].status;
  }
}
