/** What one socket is told when its commits have come through: once a commit, whatever the number of its updates. */
import type { Ack } from '@cotrace/mask-doc';
import type { Applied } from './room.ts';

export class Acknowledgements {
  private waiting: { readonly committed: Promise<void>; readonly acks: Ack[] } | undefined;

  /** `tell` is given all acknowledgements of one commit, in the order in which they were added. */
  constructor(private readonly tell: (acks: readonly Ack[]) => void) {}

  add({ ack, committed }: Applied): void {
    if (this.waiting?.committed === committed) {
      this.waiting.acks.push(ack);
      return;
    }
    const acks = [ack];
    this.waiting = { committed, acks };
    committed.then(
      () => {
        if (this.waiting?.acks === acks) this.waiting = undefined;
        this.tell(acks);
      },
      // The room has ended then, and has told everybody so.
      () => {},
    );
  }
}
