/** What a room's close code and refusal mean to a person, and what the page does about it. Knows no socket. */
import { CLOSE, type ErrorBody } from '@cotrace/protocol';

/** A sentence for the codes after which y-websocket does not come back by itself. */
export function closeSentence(code: number, reason: string): string {
  switch (code) {
    case CLOSE.notSignedIn:
      return 'You are no longer signed in. Sign in again in another tab, then try again here.';
    case CLOSE.forbidden:
      return 'Your role no longer lets you open this mask. Ask a lead of the project, then try again.';
    case CLOSE.notFound:
      return 'This mask is gone: the section or the task has been deleted. Go back to the project.';
    case CLOSE.epochEnded:
      return 'The mask has moved on to a new epoch. Try again to continue there.';
    case CLOSE.frameTooLarge:
      return 'A stroke was larger than the server takes. Try again; paint it in smaller pieces.';
    case CLOSE.rubbish:
      return 'The server could not read what this page sent. Reload the page.';
    default:
      return `The server closed the connection (${code}${reason === '' ? '' : `, ${reason}`}). Try again.`;
  }
}

/** Refusals that end by themselves: what was sent may be sent again as it is, over a fresh synchronisation. */
const PASSING = new Set(['DATABASE_UNAVAILABLE', 'UPDATE_GAP', 'TOO_MANY_REQUESTS', 'INTERNAL', 'DISK_FULL']);

export const isPassing = ({ code }: ErrorBody): boolean => PASSING.has(code);

/** The room has ended, for everybody in it: the close code that follows says how to go on. */
export const announcesTheEnd = ({ code }: ErrorBody): boolean => code === 'CONFLICT';
