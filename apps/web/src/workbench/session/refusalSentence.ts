/** Why a server does not take a stroke, in a person's words: what happened, and what to do. Knows no socket. */
import { UNDO_HORIZON } from '@cotrace/mask-doc';
import type { ErrorBody } from '@cotrace/protocol';

/** Why there is nothing more to take back, for who has painted a lot. */
export const UNDO_HORIZON_SENTENCE = `Only your last ${UNDO_HORIZON} strokes can be taken back: older ones have become part of the mask.`;

/** Codes of the mask's, the document's and the protocol's tables whose own sentences are for programmers. */
const SENTENCES: Readonly<Record<string, string>> = {
  FORBIDDEN:
    'Your role no longer lets you paint here. Ask a lead of the project for the role of an annotator.',
  NOT_FOUND:
    'The mask is gone: its section, task or project has been deleted, or is no longer shared with you.',
  UNDO_TOO_OLD: `${UNDO_HORIZON_SENTENCE} Paint over it instead.`,
  STROKE_FOLDED:
    'That stroke is older than what the mask still keeps apart: it has become part of it. Paint it again if it is missing.',
  STROKE_ORDER:
    'That stroke came out of its order among your others, so that its place under later paint is not known. Paint it again.',
  LAMPORT_JUMP:
    'That stroke claims to be far newer than everything in the mask. Reload the page, then paint it again.',
  LABEL_OUTSIDE_TABLE:
    'Its label is no longer in the task’s label table. Ask a lead to add it again, then try again.',
  RUNS_OUTSIDE_MASK: 'That stroke reaches outside the mask: the section has another size now.',
  RECORD_TOO_LARGE: 'That stroke is larger than the server takes. Paint it in smaller pieces.',
  UPDATE_TOO_LARGE: 'That was larger than the server takes at once. Try again; paint in smaller pieces.',
  SESSION_FULL: 'This page has been connected too often. Reload it: your strokes are sent again then.',
};

/** A sentence for any refusal; one that is not in the table says what the server said. */
export const refusalSentence = ({ code, message }: Pick<ErrorBody, 'code' | 'message'>): string =>
  SENTENCES[code] ?? message;
