/**
 * Tells the peers of a room what the others did: what comes soon after a frame waits for the next, which brings it all
 * without what the peer itself has sent. Everybody who sent nothing gets the same bytes. Knows no document.
 */
import { type Frame, type PresenceEntry, presenceFrame, updateFrame } from './frames.ts';
import type { RoomLimits } from './roomLimits.ts';
import { putTogether, takeApart, type UpdateParts } from './updateParts.ts';

export interface Receiver {
  send(frame: Frame, options?: { droppable: boolean }): void;
  /** Frames one after the other, in one write. */
  sendTogether(frames: readonly Frame[]): void;
}

interface Told<R> {
  readonly parts: UpdateParts;
  readonly from: R | undefined;
}

export class Relay<R extends Receiver> {
  private updates: Told<R>[] = [];
  private notes = new Map<R, Frame[]>();
  private readonly presences = new Map<number, { entry: PresenceEntry; from: R }>();
  private flushing: (() => void) | undefined;
  private moving: (() => void) | undefined;
  private lastFlush = 0;
  private lastMove = 0;

  constructor(
    private readonly peers: ReadonlySet<R>,
    private readonly limits: Pick<RoomLimits, 'relayMs' | 'presenceRelayMs' | 'peersAtOnce'>,
  ) {}

  /** An update for everybody but its sender. */
  update(update: Uint8Array, from: R | undefined): void {
    this.updates.push({ parts: takeApart(update), from });
    this.flushSoon();
  }

  /** A frame for one peer that goes along with the next update. */
  note(frame: Frame, peer: R): void {
    const notes = this.notes.get(peer);
    if (notes === undefined) this.notes.set(peer, [frame]);
    else notes.push(frame);
    this.flushSoon();
  }

  private flushSoon(): void {
    this.flushing ??= later(this.wait(this.limits.relayMs, this.lastFlush), () => this.flush());
  }

  /** Where a peer is now; only the latest of a window is told. */
  presence(entry: PresenceEntry, from: R): void {
    this.presences.set(entry.clientId, { entry, from });
    this.moving ??= later(this.wait(this.limits.presenceRelayMs, this.lastMove), () => this.flushPresences());
  }

  /** A peer has left: told at once, and nothing of it afterwards. */
  left(entry: PresenceEntry): void {
    this.presences.delete(entry.clientId);
    const frame = presenceFrame([entry]);
    for (const peer of this.peers) peer.send(frame);
  }

  /** Sends now what waits; for whoever has something to say after it. */
  flush(): void {
    this.flushing?.();
    this.flushing = undefined;
    const { updates: told, notes } = this;
    if (told.length === 0 && notes.size === 0) return;
    this.updates = [];
    this.notes = new Map();
    const senders = new Set(told.map(({ from }) => from));
    let shared: Frame | undefined;
    const news = (peer: R): Frame | undefined => {
      if (senders.has(peer)) {
        const others = told.filter(({ from }) => from !== peer);
        return others.length > 0 ? frameOf(others) : undefined;
      }
      if (told.length > 0) shared ??= frameOf(told);
      return shared;
    };
    for (const peer of [...this.peers]) {
      const frame = news(peer);
      const own = notes.get(peer);
      if (own !== undefined) peer.sendTogether(frame === undefined ? own : [frame, ...own]);
      else if (frame !== undefined) peer.send(frame);
    }
    // From its end: a server that hardly keeps up leaves itself time for what comes in.
    this.lastFlush = performance.now();
  }

  stop(): void {
    this.flushing?.();
    this.moving?.();
    this.flushing = undefined;
    this.moving = undefined;
  }

  private flushPresences(): void {
    this.moving = undefined;
    const told = [...this.presences.values()];
    this.presences.clear();
    this.lastMove = performance.now();
    if (told.length === 0) return;
    const frame = presenceFrame(told.map(({ entry }) => entry));
    // Among others', one's own place is no news and every client passes it over; alone it is not worth a frame.
    const only = told.length === 1 ? told[0]!.from : undefined;
    for (const peer of [...this.peers]) if (peer !== only) peer.send(frame, { droppable: true });
  }

  /**
   * Milliseconds until the next frame may go: none when the last was long ago, so that a lone stroke is told at once. Few
   * peers are told in the same turn of the loop; the more there are, the more a frame saves.
   */
  private wait(longest: number, last: number): number {
    const { size } = this.peers;
    if (size <= this.limits.peersAtOnce) return 0;
    const window = Math.min(longest, (longest * size) / 50);
    return Math.max(0, Math.round(last + window - performance.now()));
  }
}

function frameOf(told: readonly { readonly parts: UpdateParts }[]): Frame {
  return updateFrame(putTogether(told.map(({ parts }) => parts)));
}

/** Returns what calls it off. */
function later(ms: number, work: () => void): () => void {
  if (ms === 0) {
    const immediate = setImmediate(work);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
