/**
 * What one person's browser keeps across tabs: strokes that no server has acknowledged, and which tab a session belongs
 * to. Writing takes a moment, and what a tab was writing when it died is not there.
 */
import {
  KeepingError,
  type KeptPlace,
  type KeptStore,
  type KeptStroke,
} from '../../apps/web/src/workbench/session/kept/keptStore.ts';
import { createMemoryKeptStore } from '../../apps/web/src/workbench/session/kept/memoryKeptStore.ts';
import type { SessionLocks } from '../../apps/web/src/workbench/session/kept/sessionLocks.ts';
import type { Owner, VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

interface Waiting {
  readonly tab: Owner;
  readonly begin: () => void;
}

export class Device {
  private readonly kept = createMemoryKeptStore();
  private readonly holders = new Map<string, Owner>();
  private readonly queues = new Map<string, Waiting[]>();
  private lastWrite = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly dice: Dice,
    /** A tab no longer needs these: it believes that the server has them. */
    private readonly onForgotten: (place: KeptPlace, strokeIds: readonly number[]) => void,
  ) {}

  /** As one tab sees it; a tab in a private window keeps nothing. */
  storeOf(tab: Owner, keepsNothing: boolean): KeptStore {
    const { time, dice, kept } = this;
    const soon = <T>(work: () => Promise<T>): Promise<T> => {
      if (keepsNothing) return Promise.reject(new KeepingError('KEEPING_MISSING'));
      // Transactions happen in the order in which they were asked for.
      this.lastWrite = Math.max(this.lastWrite, time.now + dice.wait(8));
      return new Promise((resolve, reject) => {
        time.at(this.lastWrite - time.now, tab, () => void work().then(resolve, reject));
      });
    };
    return {
      write: (place, change) => {
        const sent = structuredClone(change);
        if (sent.remove.length > 0) this.onForgotten(place, sent.remove);
        return soon(() => kept.write(place, sent));
      },
      read: (of) => soon(() => kept.read(of)),
      list: () => soon(() => kept.list()),
    };
  }

  /** As the browser's locks: given up when the tab is gone. */
  locksOf(tab: Owner): SessionLocks {
    return {
      hold: (sessionId, work, signal) =>
        new Promise((resolve, reject) => {
          const begin = () => {
            this.holders.set(sessionId, tab);
            work()
              .then(resolve, reject)
              .finally(() => this.release(sessionId, tab));
          };
          const queue = this.queues.get(sessionId) ?? [];
          this.queues.set(sessionId, queue);
          if (this.holders.has(sessionId)) {
            const waiting = { tab, begin };
            queue.push(waiting);
            signal?.addEventListener('abort', () => {
              const at = queue.indexOf(waiting);
              if (at >= 0) queue.splice(at, 1);
              resolve();
            });
          } else begin();
        }),
    };
  }

  tabDied(tab: Owner): void {
    for (const [sessionId, queue] of this.queues) {
      this.queues.set(
        sessionId,
        queue.filter((waiting) => waiting.tab !== tab),
      );
    }
    for (const [sessionId, holder] of [...this.holders]) if (holder === tab) this.release(sessionId, tab);
  }

  private release(sessionId: string, tab: Owner): void {
    if (this.holders.get(sessionId) !== tab) return;
    this.holders.delete(sessionId);
    const next = this.queues.get(sessionId)?.shift();
    if (next !== undefined) this.time.at(0, next.tab, next.begin);
  }

  /** Everything on it now, without waiting. */
  async everything(): Promise<{ sessionId: string; strokes: readonly KeptStroke[] }[]> {
    return (await this.kept.list()).map(({ place, strokes }) => ({ sessionId: place.sessionId, strokes }));
  }
}
