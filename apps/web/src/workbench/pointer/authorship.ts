/** Who painted what a pixel shows, and when, as one sentence. Pure: is told the stamp, the author and the time. */
import { when } from '../../format/format.ts';

export interface Author {
  /** Null: the server itself, or somebody who has left. */
  readonly userId: string | null;
  readonly name: string;
  /** `#rrggbb`. */
  readonly color: string | null;
  /** The person at this page, in whatever tab or session. */
  readonly isMe: boolean;
}

/** When the stroke that shows was committed. */
export type PaintedAt =
  | { readonly kind: 'asking' }
  | { readonly kind: 'known'; readonly at: string }
  /** The server has not got it: a stroke on the way. */
  | { readonly kind: 'notSaved' }
  | { readonly kind: 'failed' };

export interface PixelAuthorship {
  readonly label: number;
  readonly author: Author | undefined;
  readonly paintedAt: PaintedAt;
}

const WORDS = {
  nobody: 'Nobody has painted here',
  you: 'you',
  somebody: 'somebody',
  painted: 'Painted by',
  erased: 'Erased by',
  imported: 'Came with an import',
  notSaved: 'not saved yet',
  failed: 'when is not known: the server did not answer',
} as const;

/** `undefined`: no stroke was ever there. */
export function authorshipSentence(one: PixelAuthorship | undefined, now: Date = new Date()): string {
  if (one === undefined) return WORDS.nobody;
  const { label, author, paintedAt } = one;
  const name = author === undefined ? WORDS.somebody : author.isMe ? WORDS.you : author.name;
  const isImport = author !== undefined && author.userId === null && author.color === null;
  const deed = isImport ? WORDS.imported : `${label === 0 ? WORDS.erased : WORDS.painted} ${name}`;
  switch (paintedAt.kind) {
    case 'known':
      return `${deed}, ${when(paintedAt.at, now)}`;
    case 'notSaved':
      return `${deed}, ${WORDS.notSaved}`;
    case 'failed':
      return `${deed}, ${WORDS.failed}`;
    case 'asking':
      return deed;
  }
}

/** The server's strokes over a pixel hold the one with this stamp, or it has not come to the server yet. */
export function paintedAtOf(
  strokes: readonly { sessionId: string; lamport: number; paintedAt: string }[],
  stamp: { sessionId: string; lamport: number },
): PaintedAt {
  const found = strokes.find(
    ({ sessionId, lamport }) => sessionId === stamp.sessionId && lamport === stamp.lamport,
  );
  return found === undefined ? { kind: 'notSaved' } : { kind: 'known', at: found.paintedAt };
}
