/** What a socket is told when something is not done, and with which code it is closed. Knows no socket. */
import { MaskDocError } from '@cotrace/mask-doc';
import {
  CLOSE,
  ERRORS,
  type ErrorBody,
  MAX_UNAUTHENTICATED_BYTES,
  ProtocolError,
  type RefusedStrokes,
} from '@cotrace/protocol';

/** One sentence and a code for any error; what is not ours is told as INTERNAL, without its details. */
export function refusalOf(error: unknown): ErrorBody {
  if (error instanceof ProtocolError) {
    const { code, message, details } = error;
    return details === undefined ? { code, message } : { code, message, details };
  }
  if (error instanceof MaskDocError) {
    // The algebra's own code says more than "record refused".
    const body = { code: error.recordCode ?? error.code, message: error.message };
    // The page sets these strokes aside and sends the others again.
    const details: RefusedStrokes = { strokeIds: [...error.strokeIds] };
    return error.strokeIds.length === 0 ? body : { ...body, details };
  }
  return { code: 'INTERNAL', message: ERRORS.INTERNAL[1] };
}

/** How a socket that cannot be let in is closed: codes 44xx where coming back changes nothing. */
export function closeCodeOf(error: unknown): number {
  if (!(error instanceof ProtocolError)) return CLOSE.comeBack;
  switch (error.code) {
    case 'BAD_REQUEST':
    case 'SESSION_FULL': // only a page that is loaded anew has another session
      return CLOSE.rubbish;
    case 'NOT_SIGNED_IN':
    case 'TOKEN_INVALID':
      return CLOSE.notSignedIn;
    case 'FORBIDDEN':
      return CLOSE.forbidden;
    case 'NOT_FOUND':
      return CLOSE.notFound;
    case 'CONFLICT':
      return CLOSE.epochEnded;
    default:
      return CLOSE.comeBack;
  }
}

/** Ours and the sender's fault: counts towards being closed as rubbish. What is not allowed yet, or not now, does not. */
export function isRubbish(error: unknown): boolean {
  if (error instanceof MaskDocError) return error.status < 500;
  return error instanceof ProtocolError && error.code === 'BAD_REQUEST';
}

/** Of an update that holds what others wrote or deleted and the room lacks. */
export function isForeign(error: unknown): boolean {
  return (
    error instanceof MaskDocError && (error.code === 'FOREIGN_CLIENT' || error.code === 'FOREIGN_DELETION')
  );
}

/** More bytes than are held for somebody who is not known yet. */
export const tooEarly = (got: number): ProtocolError =>
  new ProtocolError(
    'TOO_MANY_REQUESTS',
    `Expected at most ${MAX_UNAUTHENTICATED_BYTES} bytes before sign-in is done, got ${got}.`,
  );

/** A close frame holds 123 bytes of text. */
export function closeReason({ code }: ErrorBody): string {
  return code.slice(0, 123);
}
