/** What every fold store promises, as tests: one suite, run against each implementation. */
import { describe, expect, it } from 'vitest';
import type { RoomStore } from '../../roomStore.ts';
import type { FoldCommit, StoredTile, Tiles } from '../foldStore.ts';

export interface FoldStoreUnderTest {
  readonly store: RoomStore;
  /** A new mask in epoch 0 with an empty log. */
  addMask(): Promise<string>;
}

const tile = (index: number, ...bytes: number[]) => [index, Uint8Array.from(bytes)] as const;
const written = (tiles: Tiles) => tiles.map(([index, bytes]) => [index, ...bytes]);
const plain = (tiles: readonly StoredTile[]) =>
  tiles.map(({ index, bytes }) => [index, ...bytes]).sort((a, b) => a[0]! - b[0]!);
const FENCED = { code: 'FOLD_FENCED' };
const SECONDS = 1_000;

export function foldStoreContract(name: string, open: () => Promise<FoldStoreUnderTest>): void {
  const foldOf = (maskId: string, token: number, fold: Partial<FoldCommit> = {}): FoldCommit => ({
    maskId,
    token,
    number: 1,
    epoch: 0,
    throughSeq: 0,
    document: Uint8Array.of(0, 0),
    watermarks: Uint8Array.of(7),
    tiles: [tile(3, 1, 2, 3)],
    ...fold,
  });
  const write = (store: RoomStore, maskId: string, sessionId: string, epoch = 0) =>
    store.append([{ maskId, epoch, sessionId, bytes: Uint8Array.of(0, 0) }], [{ maskId, labelled: 0 }]);
  const leased = async ({ store, addMask }: FoldStoreUnderTest) => {
    const maskId = await addMask();
    const token = await store.lease(maskId, 'one', 30 * SECONDS);
    expect(token).toBeGreaterThan(0);
    return { store, maskId, token: token! };
  };

  describe(`${name}: a fold store`, () => {
    it('has no fold of a mask that was never folded, nor of one that is not there', async () => {
      const { store, addMask } = await open();
      for (const maskId of [await addMask(), 'no-such-mask']) {
        expect(await store.loadFold(maskId)).toBeUndefined();
        expect(await store.tilesSince(maskId, 0)).toBeUndefined();
      }
      expect(await store.lease('no-such-mask', 'one', SECONDS)).toBeUndefined();
    });

    it('gives the lease to one holder, who renews it under the same token', async () => {
      const { store, maskId, token } = await leased(await open());
      expect(await store.lease(maskId, 'two', 30 * SECONDS)).toBeUndefined();
      expect(await store.lease(maskId, 'one', 30 * SECONDS)).toBe(token);
    });

    it('gives a lease that has run out to somebody else, with a greater token', async () => {
      const { store, addMask } = await open();
      const maskId = await addMask();
      const first = await store.lease(maskId, 'one', 1);
      let second: number | undefined;
      while (second === undefined) second = await store.lease(maskId, 'two', 30 * SECONDS);
      expect(second).toBeGreaterThan(first!);
      expect(await store.lease(maskId, 'one', 30 * SECONDS)).toBeUndefined();
    });

    it('gives one lease when many ask at once', async () => {
      const { store, addMask } = await open();
      const maskId = await addMask();
      const holders = Array.from({ length: 8 }, (_, i) => `holder ${i}`);
      const tokens = await Promise.all(holders.map((holder) => store.lease(maskId, holder, 30 * SECONDS)));
      expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
    });

    it('gives back what was folded, and tiles by the fold that wrote them last', async () => {
      const { store, maskId, token } = await leased(await open());
      await store.commitFold(foldOf(maskId, token, { tiles: [tile(3, 1), tile(5, 2, 0, 255)] }));
      const document = Uint8Array.of(0, 0);
      const second = { number: 2, throughSeq: 4, document, watermarks: Uint8Array.of(8, 9) };
      await store.commitFold(foldOf(maskId, token, { ...second, tiles: [tile(5, 4), tile(0)] }));
      const fold = await store.loadFold(maskId);
      expect(fold).toMatchObject({ number: 2, epoch: 0, throughSeq: 4 });
      expect([[...fold!.document], [...fold!.watermarks]]).toEqual([
        [0, 0],
        [8, 9],
      ]);
      expect(plain(fold!.tiles)).toEqual([[0], [3, 1], [5, 4]]);
      expect(fold!.tiles.find(({ index }) => index === 3)!.fold).toBe(1);
      expect(fold!.tiles.find(({ index }) => index === 5)!.fold).toBe(2);
      const since = await store.tilesSince(maskId, 1);
      expect([since!.number, ...since!.watermarks]).toEqual([2, 8, 9]);
      expect(plain(since!.tiles)).toEqual([[0], [5, 4]]);
      expect(plain((await store.tilesSince(maskId, 2))!.tiles)).toEqual([]);
    });

    it('takes the tiles of a large mask at once', async () => {
      const { store, maskId, token } = await leased(await open());
      const tiles = Array.from({ length: 4_096 }, (_, i) => tile(i, i % 256, ...Array(i % 50).fill(i % 7)));
      await store.commitFold(foldOf(maskId, token, { tiles }));
      expect(plain((await store.loadFold(maskId))!.tiles)).toEqual(written(tiles));
    });

    it('refuses an old token, and keeps nothing of its fold', async () => {
      const { store, addMask } = await open();
      const maskId = await addMask();
      const old = await store.lease(maskId, 'one', 1);
      let token: number | undefined;
      while (token === undefined) token = await store.lease(maskId, 'two', 30 * SECONDS);
      await expect(store.commitFold(foldOf(maskId, old!))).rejects.toMatchObject(FENCED);
      expect(await store.loadFold(maskId)).toBeUndefined();
      await store.commitFold(foldOf(maskId, token, { tiles: [tile(1, 1)] }));
      await expect(
        store.commitFold(foldOf(maskId, old!, { number: 2, tiles: [tile(1, 9), tile(2, 9)] })),
      ).rejects.toMatchObject(FENCED);
      expect(plain((await store.loadFold(maskId))!.tiles)).toEqual([[1, 1]]);
    });

    it.each([1, 3])('refuses fold %i after fold 1', async (number) => {
      const { store, maskId, token } = await leased(await open());
      await store.commitFold(foldOf(maskId, token));
      const wrong = store.commitFold(foldOf(maskId, token, { number, tiles: [tile(8, 8)] }));
      await expect(wrong).rejects.toMatchObject(FENCED);
      expect((await store.loadFold(maskId))!.number).toBe(1);
      expect(plain((await store.loadFold(maskId))!.tiles)).toEqual([[3, 1, 2, 3]]);
    });

    it('refuses a fold that relies on silence when somebody has written', async () => {
      const { store, maskId, token } = await leased(await open());
      await write(store, maskId, 'session-anna');
      await expect(store.commitFold(foldOf(maskId, token, { head: 0 }))).rejects.toMatchObject(FENCED);
      await store.commitFold(foldOf(maskId, token, { head: 1, throughSeq: 1 }));
    });

    it('opens a mask as its fold, and the entries on top of it', async () => {
      const { store, maskId, token } = await leased(await open());
      for (const session of ['session-anna', 'session-bert', 'session-cora']) {
        await write(store, maskId, session);
      }
      expect((await store.open(maskId))!.fold).toBeUndefined();
      await store.commitFold(foldOf(maskId, token, { throughSeq: 2 }));
      const opened = await store.open(maskId);
      expect(opened).toMatchObject({ head: 3, fold: { number: 1, throughSeq: 2 } });
      expect(plain(opened!.fold!.tiles)).toEqual([[3, 1, 2, 3]]);
      expect(opened!.entries.map(({ seq }) => seq)).toEqual([2]);
      expect(await store.heads([maskId])).toEqual([{ maskId, epoch: 0, head: 3, fold: 1 }]);
      await store.commitEpoch({ ...foldOf(maskId, token), head: 3, clientId: 77 });
      expect(await store.open(maskId)).toMatchObject({ row: { epoch: 1 }, head: 1, entries: [{ seq: 0 }] });
    });

    it('keeps one of two folds that are committed at once', async () => {
      const { store, maskId, token } = await leased(await open());
      const both = [tile(1, 1), tile(2, 2)].map((one) =>
        store.commitFold(foldOf(maskId, token, { tiles: [one] })),
      );
      const settled = await Promise.allSettled(both);
      expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await store.loadFold(maskId))!.tiles).toHaveLength(1);
    });

    it('says NOT_FOUND for a mask that is gone', async () => {
      const { store } = await open();
      await expect(store.commitFold(foldOf('no-such-mask', 1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('starts an epoch on the same base, whose log begins with the document', async () => {
      const { store, maskId, token } = await leased(await open());
      await write(store, maskId, 'session-anna');
      await store.commitFold(foldOf(maskId, token, { throughSeq: 1 }));
      const document = Uint8Array.of(1, 2, 3);
      await store.commitEpoch({ maskId, epoch: 0, token, head: 1, document, clientId: 77 });
      expect((await store.findMask(maskId))!.epoch).toBe(1);
      const fold = await store.loadFold(maskId);
      expect(fold).toMatchObject({ number: 1, epoch: 1, throughSeq: 0 });
      expect([...fold!.document]).toEqual([0, 0]);
      expect(plain(fold!.tiles)).toEqual([[3, 1, 2, 3]]);
      await write(store, maskId, 'session-bert', 1);
      expect((await store.loadSince(maskId, 1, 0)).map(({ seq, sessionId }) => [seq, sessionId])).toEqual([
        [0, ''],
        [1, 'session-bert'],
      ]);
      expect(await store.loadSince(maskId, 0, 0)).toHaveLength(1);
      await expect(store.commitFold(foldOf(maskId, token, { number: 2 }))).rejects.toMatchObject(FENCED);
      await store.commitFold(foldOf(maskId, token, { number: 2, epoch: 1 }));
    });

    it('gives the client id of an epoch to nobody', async () => {
      const { store, maskId, token } = await leased(await open());
      const epoch = { maskId, token, document: Uint8Array.of(0, 0) };
      await store.commitEpoch({ ...epoch, epoch: 0, head: 0, clientId: 77 });
      await store.commitEpoch({ ...epoch, epoch: 1, head: 1, clientId: 78 });
      for (const clientId of [77, 78]) {
        const taking = store.registerSession({ maskId, sessionId: 'session-anna', userId: null, clientId });
        await expect(taking).rejects.toMatchObject({ code: 'FORBIDDEN' });
      }
      await store.registerSession({ maskId, sessionId: 'session-anna', userId: null, clientId: 5 });
      const taken = store.commitEpoch({ ...epoch, epoch: 2, head: 1, clientId: 5 });
      await expect(taken).rejects.toMatchObject(FENCED);
      expect((await store.findMask(maskId))!.epoch).toBe(2);
    });

    it.each([
      ['without the newest entries', { head: 0 }],
      ['of an epoch that has ended', { epoch: 1 }],
      ['under an old token', { token: 0 }],
    ])('refuses the end of an epoch %s', async (_what, wrong) => {
      const { store, maskId, token } = await leased(await open());
      await write(store, maskId, 'session-anna');
      const epoch = { maskId, epoch: 0, token, head: 1, document: Uint8Array.of(0, 0), clientId: 77 };
      await expect(store.commitEpoch({ ...epoch, ...wrong })).rejects.toMatchObject(FENCED);
      expect((await store.findMask(maskId))!.epoch).toBe(0);
      await write(store, maskId, 'session-anna');
      expect(await store.loadSince(maskId, 1, 0)).toEqual([]);
    });

    it('knows when a session wrote last', async () => {
      const { store, maskId, token } = await leased(await open());
      expect(await store.lastWrites(maskId)).toEqual(new Map());
      await write(store, maskId, 'session-anna');
      await write(store, maskId, 'session-bert');
      const document = Uint8Array.of(0, 0);
      await store.commitEpoch({ maskId, epoch: 0, token, head: 2, document, clientId: 77 });
      await write(store, maskId, 'session-bert', 1);
      const writes = await store.lastWrites(maskId);
      expect(writes.get('session-bert')!.getTime()).toBeGreaterThanOrEqual(
        writes.get('session-anna')!.getTime(),
      );
      expect(writes.get('session-nobody')).toBeUndefined();
    });
  });
}
