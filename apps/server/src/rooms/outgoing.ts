/**
 * What goes out on one socket: in one piece a frame, and never more than its reader keeps up with. Knows no room; says who
 * is too slow.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Frame } from './frames.ts';
import type { RoomLimits } from './roomLimits.ts';

export class Outgoing {
  /** A joining document may be larger than what a slow reader is allowed. */
  private allowance = 0;

  constructor(
    private readonly socket: WebSocket,
    /** What the socket writes to, where it is known: whole frames go there in one write each, ws would make two of it. */
    private readonly stream: Duplex | undefined,
    private readonly limits: Pick<RoomLimits, 'dropPresenceBytes' | 'slowReaderBytes'>,
    private readonly onSlow: (waitingBytes: number) => void,
  ) {}

  /** So many bytes were asked for, and may wait. */
  allow(bytes: number): void {
    this.allowance = Math.max(this.allowance, bytes);
  }

  send(frame: Frame, options?: { droppable: boolean }): void {
    if (!this.mayBeSent(options)) return;
    if (this.stream === undefined) this.socket.send(frame.message);
    else this.stream.write(frame.framed);
  }

  /** One after the other, in one write. */
  sendTogether(frames: readonly Frame[]): void {
    if (!this.mayBeSent()) return;
    if (this.stream !== undefined) this.stream.write(Buffer.concat(frames.map(({ framed }) => framed)));
    else for (const { message } of frames) this.socket.send(message);
  }

  private mayBeSent(options?: { droppable: boolean }): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    const waiting = this.socket.bufferedAmount;
    if (waiting > this.limits.slowReaderBytes + this.allowance) {
      this.onSlow(waiting);
      return false;
    }
    return !(options?.droppable && waiting > this.limits.dropPresenceBytes);
  }
}
