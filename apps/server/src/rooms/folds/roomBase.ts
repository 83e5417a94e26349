/**
 * The folded part of a loaded room: which fold wrote which tile, and the frame that tells a page of it. Tiles themselves lie
 * in the mask's composition. Knows no store and no socket.
 */
import { type Base, decodeWatermarks, encodeBase, type MaskDoc, type Watermarks } from '@cotrace/mask-doc';
import { baseFrame, type Frame } from '../frames.ts';
import type { StoredBase, StoredTile, Tiles } from './foldStore.ts';

/** What the store has of the folds after `since`, for the mask document. Throws MaskDocError BASE_MALFORMED. */
export function readBase({ number, watermarks, tiles }: StoredBase, since: number): Base {
  return {
    number,
    since,
    watermarks: decodeWatermarks(watermarks),
    tiles: tiles.map(({ index, bytes }) => [index, bytes]),
  };
}

export class RoomBase {
  private readonly foldOf = new Map<number, number>();
  /** For pages that hold nothing: after a deployment everybody joins at once. */
  private whole: Frame | undefined;
  /** What the store gave, until the mask has it. */
  private stored: Base | undefined;
  private isOpen = false;

  /** Throws MaskDocError BASE_MALFORMED. */
  constructor(
    private readonly mask: () => MaskDoc,
    stored: StoredBase | undefined,
  ) {
    if (stored === undefined) return;
    this.stored = readBase(stored, 0);
    this.note(stored.tiles);
  }

  /** What the mask is to be opened with; undefined when it is or there is nothing. */
  get unopened(): Base | undefined {
    return this.stored;
  }

  /** The mask has taken `unopened`. */
  opened(): void {
    this.stored = undefined;
    this.isOpen = true;
  }

  /** Of the newest fold; 0 before the first. */
  get number(): number {
    return this.isOpen ? this.mask().foldNumber : (this.stored?.number ?? 0);
  }

  get watermarks(): Watermarks {
    return this.isOpen ? this.mask().watermarks : (this.stored?.watermarks ?? []);
  }

  /** Lays what the store has of the folds after `since` under the picture. Throws MaskDocError, MaskError. */
  take(base: StoredBase, since: number): void {
    this.mask().setBase(readBase(base, since));
    this.note(base.tiles);
  }

  /** After a fold of this room's own. */
  folded(tiles: Iterable<Tiles[number]>): void {
    for (const [index] of tiles) this.foldOf.set(index, this.number);
    this.whole = undefined;
  }

  /** What a page that holds fold `since` lacks; all of it for 0. */
  frameSince(since: number): Frame {
    if (since === 0 && this.whole !== undefined) return this.whole;
    const { number, watermarks } = this;
    const tiles = this.tiles().filter(([index]) => this.foldOf.get(index)! > since);
    const frame = baseFrame(encodeBase({ number, since, watermarks, tiles }));
    if (since === 0) this.whole = frame;
    return frame;
  }

  private tiles(): Base['tiles'] {
    if (!this.isOpen) return this.stored?.tiles ?? [];
    const { composition } = this.mask();
    return [...this.foldOf.keys()].map((index) => [index, composition.baseTile(index)!] as const);
  }

  private note(tiles: readonly StoredTile[]): void {
    for (const { index, fold } of tiles) this.foldOf.set(index, fold);
    this.whole = undefined;
  }
}
