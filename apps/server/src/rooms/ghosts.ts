/**
 * Notices a page that shows what no server has: a room that broke had relayed it before it was committed. Mostly its author
 * sends it again at once, and nobody has to know; if not, the page must start over, or it differs for ever. Knows no
 * document and no socket.
 *
 *   calm ── an answer with ghosts ──► waiting ── ghostMs ──► asked ── an answer with ghosts ──► told
 *     ▲                                  │                     │
 *     └──────── an answer without ◄──────┴─────────────────────┘
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
  private state: 'calm' | 'waiting' | 'asked' | 'told' = 'calm';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: GhostParts) {}

  /** The page has answered; does it hold what others wrote or deleted, and the room lacks? */
  answered(hasGhosts: boolean): void {
    const { ghostMs, ask, tell } = this.parts;
    if (!hasGhosts) {
      this.stop();
    } else if (this.state === 'calm') {
      this.state = 'waiting';
      this.timer = setTimeout(() => {
        this.state = 'asked';
        ask();
      }, ghostMs);
    } else if (this.state === 'asked') {
      this.state = 'told';
      tell();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.state = 'calm';
  }
}
