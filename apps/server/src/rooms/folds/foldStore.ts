/**
 * What is kept of folded masks: the document without its folded part, watermarks and tiles, and who may fold. Implemented
 * in store/; one contract suite for every implementation. Knows neither documents nor tiles: all of them are bytes.
 */

/** Tiles of one fold, by index. */
export type Tiles = readonly (readonly [index: number, bytes: Uint8Array])[];

export interface StoredTile {
  readonly index: number;
  /** The fold that wrote it last. */
  readonly fold: number;
  /** `encodeTile`. */
  readonly bytes: Uint8Array;
}

/** The folded part of a mask: what an epoch's end does not change. */
export interface StoredBase {
  /** Folds so far, from 1. */
  readonly number: number;
  /** `encodeWatermarks`. */
  readonly watermarks: Uint8Array;
  readonly tiles: readonly StoredTile[];
}

export interface StoredFold extends StoredBase {
  readonly epoch: number;
  /** Entries of the epoch's log below this are in `document`; the others are applied on top of it. */
  readonly throughSeq: number;
  /** One Yjs update. */
  readonly document: Uint8Array;
}

export interface FoldCommit extends Omit<StoredFold, 'tiles'> {
  readonly maskId: string;
  /** Of {@link FoldStore.lease}. */
  readonly token: number;
  /** Where it is given, nothing may have been written after this entry: the fold relies on somebody's silence. */
  readonly head?: number;
  /** Those that this fold writes. */
  readonly tiles: Tiles;
}

export interface EpochCommit {
  readonly maskId: string;
  /** The epoch that ends. */
  readonly epoch: number;
  readonly token: number;
  /** Every entry of the old epoch below this, and there is none above, is in `document`. */
  readonly head: number;
  /** Writes all that is live again: entry 0 of the next epoch. */
  readonly document: Uint8Array;
  /** Whose structs they are: nobody else may take this Y client id. */
  readonly clientId: number;
}

export interface FoldStore {
  loadFold(maskId: string): Promise<StoredFold | undefined>;
  /** Watermarks now, and the tiles that folds after `number` have written; undefined when there was no such fold. */
  tilesSince(maskId: string, number: number): Promise<StoredBase | undefined>;
  /**
   * The right to fold a mask, for `ms` milliseconds of the store's own clock. The same holder renews it and keeps its
   * token; anybody else gets a greater token, and only when it has run out. Undefined: somebody else holds it, or there
   * is no such mask.
   */
  lease(maskId: string, holder: string, ms: number): Promise<number | undefined>;
  /**
   * Keeps a fold as a whole, on top of the one before it; resolved = committed.
   * @throws FoldError FOLD_FENCED: a newer token was given, a newer fold or epoch committed, or more written. ProtocolError NOT_FOUND,
   * DATABASE_UNAVAILABLE (then it may have been kept all the same). Nothing of it is kept.
   */
  commitFold(fold: FoldCommit): Promise<void>;
  /**
   * Ends an epoch: the next begins with `document`, on the same base.
   * @throws as commitFold; FOLD_FENCED also when there are entries that the document does not know.
   */
  commitEpoch(epoch: EpochCommit): Promise<void>;
  /** When each session wrote last, in any epoch. */
  lastWrites(maskId: string): Promise<Map<string, Date>>;
}

/** A Yjs update without structs and deletions: the document of an epoch that has just begun. */
export const EMPTY_UPDATE: Uint8Array = Uint8Array.of(0, 0);
