/**
 * The answer to a page that holds nothing yet. After a restart everybody asks for it at once, while others go on painting:
 * the document is encoded for the first of them, the others get the same bytes and what has changed since. Knows no socket.
 */
import * as Y from 'yjs';
import { type Frame, syncStep2Frame, updateFrame } from './frames.ts';
import { putTogether, takeApart, type UpdateParts } from './updateParts.ts';

/** Changes since it was encoded, in bytes, beyond which it is encoded anew: at least so many, or this part of it. */
const FEW_BYTES = 64 * 1024;
const SMALL_PART = 1 / 8;
/** Milliseconds after which an answer that nobody asked for is not kept through the next change. */
const KEPT_MS = 10_000;

interface Encoded {
  readonly frame: Frame;
  readonly since: UpdateParts[];
  sinceBytes: number;
  askedAt: number;
}

export class JoinAnswer {
  private encoded: Encoded | undefined;

  constructor(
    private readonly doc: Y.Doc,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The document has changed by this update. */
  changed(update: Uint8Array): void {
    const { encoded } = this;
    if (encoded === undefined) return;
    encoded.since.push(takeApart(update));
    encoded.sinceBytes += update.length;
    const few = Math.max(FEW_BYTES, encoded.frame.message.length * SMALL_PART);
    if (encoded.sinceBytes > few || this.now() - encoded.askedAt > KEPT_MS) this.encoded = undefined;
  }

  /** Much of what was encoded is not in the document any more. */
  forget(): void {
    this.encoded = undefined;
  }

  /**
   * Frames in the order in which they are to be sent. What has changed comes first, so that a page that has its answer has
   * everything: Yjs keeps it until the rest is there.
   */
  frames(): Frame[] {
    const { encoded } = this;
    if (encoded === undefined) {
      const frame = syncStep2Frame(this.doc, NOTHING);
      this.encoded = { frame, since: [], sinceBytes: 0, askedAt: this.now() };
      return [frame];
    }
    encoded.askedAt = this.now();
    return encoded.since.length === 0
      ? [encoded.frame]
      : [updateFrame(putTogether(encoded.since)), encoded.frame];
  }
}

const NOTHING = Y.encodeStateVector(new Y.Doc());

/** Is it the state vector of an empty document? */
export const isNothing = (stateVector: Uint8Array): boolean =>
  stateVector.length === NOTHING.length && stateVector[0] === NOTHING[0];
