/**
 * The folded part of a loaded room: which fold wrote which tile, and the frame that tells a page of it. Tiles themselves lie
 * in the mask's composition. Knows no store and no socket.
 */
import { decodeWatermarks, encodeBase, type MaskDoc } from '@cotrace/mask-doc';
import { baseFrame, type Frame } from '../frames.ts';
import type { StoredBase, Tiles } from './foldStore.ts';

export class RoomBase {
  private readonly foldOf = new Map<number, number>();
  /** By the fold that the page holds: when everybody joins at once, most of them hold the same. */
  private readonly frames = new Map<number, Frame>();

  constructor(private readonly mask: MaskDoc) {}

  /** Of the newest fold; 0 before the first. */
  get number(): number {
    return this.mask.foldNumber;
  }

  /** Lays what the store has of the folds after `since` under the picture. Throws MaskDocError, MaskError. */
  take({ number, watermarks, tiles }: StoredBase, since: number): void {
    this.mask.setBase({
      number,
      since,
      watermarks: decodeWatermarks(watermarks),
      tiles: tiles.map(({ index, bytes }) => [index, bytes]),
    });
    for (const { index, fold } of tiles) this.foldOf.set(index, fold);
    this.frames.clear();
  }

  /** After a fold of this room's own. */
  folded(tiles: Iterable<Tiles[number]>): void {
    for (const [index] of tiles) this.foldOf.set(index, this.number);
    this.frames.clear();
  }

  /** What a page that holds fold `since` lacks; all of it for 0. */
  frameSince(since: number): Frame {
    const known = this.frames.get(since);
    if (known !== undefined) return known;
    const { watermarks, composition } = this.mask;
    const tiles = [...this.foldOf].flatMap(([index, fold]) =>
      fold > since ? [[index, composition.baseTile(index)!] as const] : [],
    );
    const frame = baseFrame(encodeBase({ number: this.number, since, watermarks, tiles }));
    this.frames.set(since, frame);
    return frame;
  }
}
