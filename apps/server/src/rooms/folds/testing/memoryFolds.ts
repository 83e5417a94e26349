/** A fold store in memory that keeps the contract, on the masks of a memory room store. */
import { ProtocolError } from '@cotrace/protocol';
import { FoldError } from '../errors.ts';
import { EMPTY_UPDATE, type FoldStore, type StoredFold } from '../foldStore.ts';

/** What a mask keeps of folding; `tiles` are of the whole mask, each with the fold that wrote it last. */
export interface MemoryFolds {
  fold: number;
  token: number;
  holder: string | undefined;
  until: number;
  stored: Omit<StoredFold, 'tiles'> | undefined;
  tiles: Map<number, { fold: number; bytes: Uint8Array }>;
}

export const noFolds = (): MemoryFolds => ({
  fold: 0,
  token: 0,
  holder: undefined,
  until: 0,
  stored: undefined,
  tiles: new Map(),
});

/** The rest of a mask, as the room store holds it. */
export interface FoldedMask {
  readonly folds: MemoryFolds;
  readonly epoch: number;
  readonly head: number;
  readonly lastWrites: ReadonlyMap<string, Date>;
  startEpoch(document: Uint8Array): void;
  /** False when another session has the client id. */
  reserveClient(clientId: number): boolean;
}

export function createMemoryFolds({
  findMask,
  reach,
  now,
}: {
  findMask: (maskId: string) => FoldedMask | undefined;
  /** Throws DATABASE_UNAVAILABLE while the store is away. */
  reach: () => void;
  /** Milliseconds. */
  now: () => number;
}): FoldStore {
  const reached = (maskId: string): FoldedMask => {
    reach();
    const mask = findMask(maskId);
    if (mask === undefined) throw new ProtocolError('NOT_FOUND', `No mask ${maskId}.`);
    return mask;
  };
  const check = (mask: FoldedMask, asked: { epoch: number; token: number }) => {
    if (mask.epoch !== asked.epoch || mask.folds.token !== asked.token) {
      throw new FoldError('FOLD_FENCED', `epoch ${asked.epoch}, token ${asked.token}`);
    }
  };
  const tilesOf = ({ tiles }: MemoryFolds, since: number) =>
    [...tiles].flatMap(([index, { fold, bytes }]) =>
      fold > since ? { index, fold, bytes: bytes.slice() } : [],
    );

  return {
    async loadFold(maskId) {
      reach();
      const folds = findMask(maskId)?.folds;
      return folds?.stored && { ...folds.stored, tiles: tilesOf(folds, 0) };
    },
    async tilesSince(maskId, number) {
      reach();
      const folds = findMask(maskId)?.folds;
      if (folds?.stored === undefined) return undefined;
      const { number: newest, watermarks } = folds.stored;
      return { number: newest, watermarks, tiles: tilesOf(folds, number) };
    },
    async lease(maskId, holder, ms) {
      reach();
      const folds = findMask(maskId)?.folds;
      if (folds === undefined) return undefined;
      if (folds.holder !== holder) {
        if (folds.until > now()) return undefined;
        folds.token++;
        folds.holder = holder;
      }
      folds.until = now() + ms;
      return folds.token;
    },
    async commitFold({ maskId, token, head, tiles, ...fold }) {
      const mask = reached(maskId);
      check(mask, { epoch: fold.epoch, token });
      const { folds } = mask;
      if (fold.number !== folds.fold + 1) throw new FoldError('FOLD_FENCED', `fold ${fold.number}`);
      if (head !== undefined && head !== mask.head) throw new FoldError('FOLD_FENCED', `head ${head}`);
      folds.fold = fold.number;
      folds.stored = structuredClone(fold);
      for (const [index, bytes] of tiles) {
        folds.tiles.set(index, { fold: fold.number, bytes: bytes.slice() });
      }
    },
    async commitEpoch({ maskId, epoch, token, head, document, clientId }) {
      const mask = reached(maskId);
      check(mask, { epoch, token });
      if (mask.head !== head) throw new FoldError('FOLD_FENCED', `head ${head}`);
      if (!mask.reserveClient(clientId)) throw new FoldError('FOLD_FENCED', `client id ${clientId}`);
      mask.startEpoch(document.slice());
      const { stored } = mask.folds;
      if (stored !== undefined) {
        mask.folds.stored = { ...stored, epoch: epoch + 1, throughSeq: 0, document: EMPTY_UPDATE };
      }
    },
    async lastWrites(maskId) {
      reach();
      return new Map(findMask(maskId)?.lastWrites);
    },
  };
}
