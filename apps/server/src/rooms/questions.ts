/**
 * What a page is asked over one socket: all that the room lacks. What the page did before it answers is in its answer, so until
 * then its news is left to that. Taken on its own, its latest strokes would come before an undo that was lost with the socket
 * before (deletions leave no gap): they would push what it takes back beyond the horizon, to be refused or folded away.
 * Knows no document and no socket.
 */

export interface QuestionParts {
  /** Milliseconds that a page behind a gap has to send what is missing. */
  readonly gapMs: number;
  /** Milliseconds after which a question is taken for lost, when news still comes and no answer. */
  readonly answerMs: number;
  /** Asks the page for all that the room lacks. */
  ask(): void;
  /** Whoever does not have what is missing has to come back. */
  end(gap: unknown): void;
}

export class Questions {
  private awaited = 0;
  private isInStep = false;
  private askedAt = 0;
  private overdue: NodeJS.Timeout | undefined;

  constructor(private readonly parts: QuestionParts) {}

  /** Has the page answered since something of it may be missing? */
  takesNews(): boolean {
    // Frames of one socket come in order: news this late was sent by a page that has answered, or was never asked.
    if (!this.isInStep && performance.now() - this.askedAt > this.parts.answerMs) this.ask();
    return this.isInStep;
  }

  /** Something that the page did may be missing here. */
  askFirst(): void {
    this.isInStep = false;
    this.ask();
  }

  /** Nothing of the page's own is missing, but what else it holds is of interest. */
  ask(): void {
    this.awaited++;
    this.askedAt = performance.now();
    this.parts.ask();
  }

  /** An answer is here; returns whether anybody had asked. It may still be refused, or leave a gap. */
  answered(): boolean {
    const wasAsked = this.awaited > 0;
    if (wasAsked) this.awaited--;
    this.isInStep = true;
    return wasAsked;
  }

  /** Something before this update is missing: ask for all of it, once. */
  gap(error: unknown, as: 'answer' | 'news'): void {
    if (as === 'answer' && this.awaited === 0) {
      this.parts.end(error);
      return;
    }
    if (this.overdue !== undefined) return;
    this.overdue = setTimeout(() => this.parts.end(error), this.parts.gapMs);
    this.askFirst();
  }

  gapIsClosed(): void {
    clearTimeout(this.overdue);
    this.overdue = undefined;
  }
}
