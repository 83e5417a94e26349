/** How far a command is: a bar in a terminal, a plain line now and then elsewhere. Knows no command. */
import type { Shell } from './shell.ts';

const WIDTH = 24;
/** In a log file one line in this time is enough. */
const PLAIN_EVERY_MS = 10_000;

export interface Progress {
  /** `fraction` 0…1; `detail` is shown behind it. */
  show(fraction: number, detail?: string): void;
}

export function createProgress(
  { rewrite, note }: Shell,
  title: string,
  now: () => number = () => performance.now(),
): Progress {
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    show(fraction, detail = '') {
      const percent = `${Math.floor(100 * fraction)} %`.padStart(5);
      if (rewrite) {
        const full = Math.round(WIDTH * fraction);
        rewrite(`${title} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent}  ${detail}`);
        return;
      }
      if (fraction < 1 && now() - saidAt < PLAIN_EVERY_MS) return;
      saidAt = now();
      note(`${title} ${percent}  ${detail}`.trimEnd());
    },
  };
}

/** `75` → `1 min 15 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
