/** Trainers that were heard of lately. In memory: a trainer calls again within seconds of a server's start. */
import type { Clock } from './clock.ts';

/** A trainer is silent at most for one waiting claim (20 s); three of them and it is gone. */
const GONE_AFTER_MS = 60_000;

export interface TrainerSeen {
  id: string;
  name: string;
  engine: string;
  busy: boolean;
}

export class TrainerRoll {
  readonly #seen = new Map<string, TrainerSeen & { at: number }>();
  readonly #clock: Clock;
  readonly #changed: (trainers: TrainerSeen[]) => void;
  #told = '[]';

  constructor(clock: Clock, changed: (trainers: TrainerSeen[]) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  heard(trainer: TrainerSeen): void {
    this.#seen.set(trainer.id, { ...trainer, at: this.#clock.now().getTime() });
    this.tell();
  }

  /** A call about a job: whose it is is in the job's row, which knows no engine. */
  working(id: string, name: string): void {
    this.heard({ id, name, engine: this.#seen.get(id)?.engine ?? '', busy: true });
  }

  list(): TrainerSeen[] {
    const oldest = this.#clock.now().getTime() - GONE_AFTER_MS;
    for (const [id, { at }] of this.#seen) if (at < oldest) this.#seen.delete(id);
    return [...this.#seen.values()].map(({ id, name, engine, busy }) => ({ id, name, engine, busy }));
  }

  /** Tells if anything is other than what was told last. */
  tell(): void {
    const now = this.list();
    const text = JSON.stringify(now);
    if (text === this.#told) return;
    this.#told = text;
    this.#changed(now);
  }
}
