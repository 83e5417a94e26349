/**
 * What one page has been asked for: all that it holds and the room lacks, when it comes in, when something before an update is
 * missing (a gap), and again while it shows what no server has (ghosts). Knows no document and no socket.
 */
import { GhostWatch } from './ghosts.ts';
import type { RoomLimits } from './roomLimits.ts';

export interface QuestionParts {
  readonly limits: Pick<RoomLimits, 'gapMs' | 'ghostMs'>;
  /** Asks for all that the room lacks. */
  ask(): void;
  /** A gap that no answer closes: the page has to come back. */
  giveUp(error: unknown): void;
  /** Tells the page to start over. */
  tellOfGhosts(): void;
}

export class Questions {
  private open = 0;
  private gapTimer: NodeJS.Timeout | undefined;
  private readonly ghosts: GhostWatch;

  constructor(private readonly parts: QuestionParts) {
    this.ghosts = new GhostWatch({
      ghostMs: parts.limits.ghostMs,
      ask: () => {
        // What nobody has answered by now got lost, or will be answered with this one.
        this.open = 0;
        this.ask();
      },
      tell: () => parts.tellOfGhosts(),
    });
  }

  /** Some are not answered yet. */
  get areOpen(): boolean {
    return this.open > 0;
  }

  /** The page has come in. */
  start(): void {
    this.ask();
    this.ghosts.start();
  }

  ask(): void {
    this.open++;
    this.parts.ask();
  }

  answered(): void {
    this.open = Math.max(0, this.open - 1);
  }

  /** An answer was taken; did it hold what others wrote or deleted, and the room lacks? */
  taken(hasGhosts: boolean): void {
    this.closeGap();
    this.ghosts.answered(hasGhosts);
  }

  /** Something before an update is missing: asked for once; whoever does not have it has to come back. */
  gap(error: unknown, isAnswer: boolean): void {
    const { limits, giveUp } = this.parts;
    if (isAnswer && !this.areOpen) giveUp(error);
    else if (this.gapTimer === undefined) {
      this.gapTimer = setTimeout(() => giveUp(error), limits.gapMs);
      this.ask();
    }
  }

  closeGap(): void {
    clearTimeout(this.gapTimer);
    this.gapTimer = undefined;
  }

  stop(): void {
    this.closeGap();
    this.ghosts.stop();
  }
}
