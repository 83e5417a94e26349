/**
 * Tells the rest of the server what has been painted: at once after a pause, then once in a while a mask, however many
 * commits there are. Knows no document; a listener's failure is its own.
 */
import type { Log } from '../log.ts';
import type { Committed } from './commitLog.ts';
import type { Painted } from './rooms.ts';

export interface PaintedNews {
  committed(committed: Committed): void;
  listen(listener: (painted: Painted) => void): () => void;
  /** Tells at once what waits. */
  close(): void;
}

interface Pause {
  readonly timer: NodeJS.Timeout;
  /** What came meanwhile. */
  news: Painted | undefined;
}

export function createPaintedNews({ log, paintedMs }: { log: Log; paintedMs: number }): PaintedNews {
  const listeners = new Set<(painted: Painted) => void>();
  const pauses = new Map<string, Pause>();

  const tell = (painted: Painted) => {
    for (const listener of listeners) {
      try {
        listener(painted);
      } catch (error) {
        // Paint is committed whatever becomes of those who hear of it.
        log.error('A listener to committed paint failed', { maskId: painted.maskId, error });
      }
    }
  };
  const tellAndPause = (painted: Painted) => {
    const { maskId } = painted;
    const timer = setTimeout(() => endOf(maskId), paintedMs);
    timer.unref();
    pauses.set(maskId, { timer, news: undefined });
    tell(painted);
  };
  const endOf = (maskId: string) => {
    const { news } = pauses.get(maskId)!;
    pauses.delete(maskId);
    if (news !== undefined) tellAndPause(news);
  };

  return {
    committed({ mask: { maskId, projectId, sectionId, taskId }, labelled, painted }) {
      const news = { maskId, projectId, sectionId, taskId, labelledPixels: labelled, newPixels: painted };
      if (paintedMs === 0) return tell(news);
      const pause = pauses.get(maskId);
      if (pause === undefined) return tellAndPause(news);
      pause.news = { ...news, newPixels: painted + (pause.news?.newPixels ?? 0) };
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const { timer, news } of pauses.values()) {
        clearTimeout(timer);
        if (news !== undefined) tell(news);
      }
      pauses.clear();
    },
  };
}
