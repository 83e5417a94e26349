/**
 * Notices a page that shows what no server has: a room that broke had relayed it before it was committed. Mostly its author
 * sends it again at once, and nobody has to know; if not, the page must start over, or it differs for ever. Asks until an
 * answer has come that holds nothing of the kind: answers get lost, too. Knows no document and no socket.
 */
export interface GhostParts {
  /** Milliseconds that authors have to send again what a broken room took from them. */
  readonly ghostMs: number;
  /** Asks the page once more for all that the room lacks. */
  ask(): void;
  /** Tells the page to start over. */
  tell(): void;
}

export class GhostWatch {
  private timer: NodeJS.Timeout | undefined;
  private authorsHadTime = false;

  constructor(private readonly parts: GhostParts) {}

  /** The page has been asked for the first time. */
  start(): void {
    const { ghostMs, ask } = this.parts;
    this.timer ??= setInterval(() => {
      this.authorsHadTime = true;
      ask();
    }, ghostMs);
  }

  /** The page has answered; does it hold what others wrote or deleted, and the room lacks? */
  answered(hasGhosts: boolean): void {
    if (!hasGhosts) this.stop();
    else {
      this.start();
      if (this.authorsHadTime) this.parts.tell();
    }
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.authorsHadTime = false;
  }
}
