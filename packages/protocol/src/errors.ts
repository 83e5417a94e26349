/** The table of errors that a server answers with, on every channel alike: code, status, sentence. */
import { z } from 'zod';

/** Status is HTTP's; rooms and events carry the same codes. Sentences are templates: details are added by who throws. */
export const ERRORS = {
  BAD_REQUEST: [400, 'The request does not have the form that this route expects.'],
  NOT_SIGNED_IN: [401, 'Nobody is signed in. Open the sign-in page, or send a token.'],
  TOKEN_INVALID: [401, 'That token is wrong, used up or withdrawn. Ask for a new one.'],
  FORBIDDEN: [403, 'Your role in this project does not allow that. Ask a lead of the project.'],
  NOT_FOUND: [404, 'There is nothing at that address, or it is not shared with you.'],
  CONFLICT: [409, 'Somebody else changed it first. Load it again and repeat.'],
  INVITATION_EXPIRED: [410, 'That invitation has expired. Ask the person who sent it for a new one.'],
  INVITATION_USED: [410, 'That invitation has already been used. Ask the person who sent it for a new one.'],
  UPLOAD_TOO_LARGE: [413, 'That upload is larger than the server takes.'],
  SECTION_TOO_LARGE: [413, 'That section is larger than the server takes.'],
  IMPORT_REFUSED: [422, 'The import was refused as a whole; nothing was kept.'],
  SESSION_FULL: [409, 'That editing session has been opened too often. Reload the page to begin a new one.'],
  NO_LABELS: [422, 'There is nothing to train on: paint some pixels first.'],
  ONE_CLASS_ONLY: [422, 'All painted pixels have one label: paint at least one other label, too.'],
  NO_MODEL: [409, 'There is no trained model yet: paint, then train.'],
  LEASE_LOST: [409, 'This job has been given to another trainer. Stop working on it.'],
  TRAINER_VERSION: [409, 'That trainer speaks another version of the protocol. Update it.'],
  TOO_MANY_REQUESTS: [429, 'Too many requests. Wait a moment.'],
  DISK_FULL: [507, 'The disk of the server is full: nothing was kept. Free some space.'],
  DATABASE_UNAVAILABLE: [
    503,
    'The database does not answer. What you painted is kept and will be sent again.',
  ],
  INTERNAL: [500, 'The server made a mistake. Its log has the details.'],
} as const satisfies Record<string, readonly [status: number, sentence: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** The body of every answer that is not a success. `code` may also be one of another package's table (images, masks). */
export const errorBody = z.object({
  code: z.string(),
  message: z.string().describe('What was expected, what came, what to do'),
  details: z.unknown().optional(),
});
export type ErrorBody = z.infer<typeof errorBody>;

/** `details` of a room's refusal that is about certain strokes of the session: the others may be sent without them. */
export const refusedStrokes = z.object({ strokeIds: z.array(z.number().int()) });
export type RefusedStrokes = z.infer<typeof refusedStrokes>;

/** An error with a row in {@link ERRORS}. `detail` says what was expected and what came. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly status: number;
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    readonly details?: unknown,
  ) {
    super(detail ? `${ERRORS[code][1]} ${detail}` : ERRORS[code][1]);
    this.status = ERRORS[code][0];
  }
}
