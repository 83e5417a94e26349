/**
 * One thread of virtual time: what happens when, decided by delays alone. Every event belongs to somebody (a server
 * process, a tab), and so do the timers that are started in it; what belongs to the dead never happens.
 */
import type { SeededRandom } from '@cotrace/tissue';
import { enterUniverse, microtasksDone, type VirtualTimer } from './virtualGlobals.ts';

export interface Owner {
  readonly name: string;
  isDead: boolean;
}

export const ownedBy = (name: string): Owner => ({ name, isDead: false });

interface Event {
  at: number;
  order: number;
  readonly owner: Owner;
  readonly task: () => unknown;
}

class Timer implements VirtualTimer {
  event: Event | undefined;
  constructor(
    private readonly time: VirtualTime,
    private readonly owner: Owner,
    private readonly task: () => void,
    private readonly ms: number,
    private readonly repeats: boolean,
  ) {
    this.start();
  }
  private start(): void {
    this.event = this.time.at(this.ms, this.owner, () => {
      this.event = undefined;
      if (this.repeats) this.start();
      this.task();
    });
  }
  ref = () => this;
  unref = () => this;
  hasRef = () => true;
  refresh = () => {
    this.close();
    this.start();
    return this;
  };
  close = () => {
    if (this.event !== undefined) this.time.cancel(this.event);
    this.event = undefined;
  };
}

export class VirtualTime {
  now = 0;
  events = 0;
  readonly world = ownedBy('world');
  /** Whose code runs now. */
  current = this.world;
  private readonly heap: Event[] = [];
  private readonly cancelled = new Set<Event>();
  private orders = 0;

  constructor(
    dice: SeededRandom,
    /** An event threw: nobody else would have heard of it. */
    private readonly onThrown: (owner: Owner, error: unknown) => void,
  ) {
    enterUniverse({
      now: () => this.now,
      startTimer: (task, ms, repeats) => new Timer(this, this.current, task, ms, repeats),
      stopTimer: (timer) => {
        if (timer instanceof Timer) timer.close();
      },
      unit: () => dice.unit(),
      fill: (bytes) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = dice.word() & 255;
      },
    });
  }

  at(delayMs: number, owner: Owner, task: () => unknown): Event {
    const event = { at: this.now + Math.max(0, delayMs), order: this.orders++, owner, task };
    push(this.heap, event);
    return event;
  }

  cancel(event: Event): void {
    this.cancelled.add(event);
  }

  /** Lets happen what happens until then, or until `isDone`, which is asked after every event. */
  async runUntil(end: number, isDone: () => boolean = () => false): Promise<void> {
    await microtasksDone();
    while (!isDone()) {
      const next = this.heap[0];
      if (next === undefined || next.at > end) {
        this.now = Math.max(this.now, end);
        return;
      }
      pop(this.heap);
      if (this.cancelled.delete(next) || next.owner.isDead) continue;
      this.now = next.at;
      this.events++;
      this.current = next.owner;
      try {
        next.task();
      } catch (error) {
        this.onThrown(next.owner, error);
      }
      await microtasksDone();
      this.current = this.world;
    }
  }

  end(): void {
    enterUniverse(undefined);
  }
}

const isBefore = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let i = heap.length;
  heap.push(event);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!isBefore(event, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
}
