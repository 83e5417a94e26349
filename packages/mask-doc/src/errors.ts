/** The error table of the mask document: one code, one sentence. Record errors of the algebra come wrapped as RECORD_REFUSED with their own code in `cause`. */
import { MaskError, type MaskErrorCode } from '@cotrace/mask';

export const MASK_DOC_ERRORS = {
  UPDATE_MALFORMED: {
    status: 400,
    message: 'A Yjs update of version 1 was expected, but the bytes do not decode. Reload the page.',
  },
  UPDATE_TOO_LARGE: {
    status: 413,
    message: 'A smaller update was expected. Send the strokes in several updates.',
  },
  UPDATE_GAP: {
    status: 409,
    message:
      'An update that follows what the server holds was expected, but one before it is missing. Synchronise again.',
  },
  FOREIGN_CLIENT: {
    status: 403,
    message: "Edits by the session's own client ids were expected. Register the client id first.",
  },
  FOREIGN_ARRAY: {
    status: 403,
    message: "Edits in the session's own array were expected. Push records into your own array only.",
  },
  FOREIGN_DELETION: {
    status: 403,
    message: "Deletions of the session's own records were expected. Undo your own strokes only.",
  },
  CONTENT_NOT_ALLOWED: {
    status: 400,
    message: 'Binary records were expected and nothing else. Use paint, undo and redo.',
  },
  LAMPORT_JUMP: {
    status: 400,
    message: 'A lamport near the greatest in the mask was expected. Synchronise, then paint again.',
  },
  UNDO_TOO_OLD: {
    status: 409,
    message:
      'An undo among the latest 200 strokes of the session was expected; older ones may be folded at any moment. Paint over it instead.',
  },
  STROKE_ORDER: {
    status: 400,
    message:
      'Stroke ids and lamports that grow together within a session were expected, with one lamport and one label for all parts of a stroke. Open the mask again and send the strokes anew.',
  },
  STROKE_FOLDED: {
    status: 409,
    message:
      'A stroke above the folded part of its session was expected. Open the mask again: what it folded is saved already.',
  },
  RECORD_REFUSED: {
    status: 400,
    message: 'A valid stroke record was expected.',
  },
  ACK_MALFORMED: {
    status: 400,
    message: 'An acknowledgement was expected, but its bytes do not decode. Reload the page.',
  },
  BASE_MALFORMED: {
    status: 400,
    message:
      'Folded tiles and watermarks were expected, but the bytes do not decode or do not fit what is here. Reload the page.',
  },
  LOG_GAP: {
    status: 500,
    message: 'A log from the beginning and without holes was expected. Restore the missing entries.',
  },
  LOG_MALFORMED: {
    status: 500,
    message: 'A log of Yjs updates was expected, but an entry does not decode. Restore the entry.',
  },
  READ_ONLY: {
    status: 403,
    message: 'A mask opened with a session id was expected. Open it with one to paint.',
  },
  LABEL_OUTSIDE_TABLE: {
    status: 400,
    message: "A label of the project's label table (or 0, unknown) was expected. Choose one of its labels.",
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type MaskDocErrorCode = keyof typeof MASK_DOC_ERRORS;

/** Thrown for every refusal of this package. */
export class MaskDocError extends Error {
  readonly code: MaskDocErrorCode;
  readonly status: number;
  /** Why the algebra refused a record, where it did. */
  readonly recordCode: MaskErrorCode | undefined;
  /** The strokes that it is about, where it is about certain ones: the others of the same update may be sent without them. */
  strokeIds: readonly number[] = [];

  constructor(code: MaskDocErrorCode, detail?: string, cause?: unknown) {
    super(
      `${code}: ${MASK_DOC_ERRORS[code].message}${detail === undefined ? '' : ` (Got: ${detail}.)`}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'MaskDocError';
    this.code = code;
    this.status = MASK_DOC_ERRORS[code].status;
    this.recordCode = cause instanceof MaskError ? cause.code : undefined;
  }

  naming(...strokeIds: number[]): this {
    this.strokeIds = strokeIds;
    return this;
  }
}
