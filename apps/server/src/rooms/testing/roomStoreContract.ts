/** What every room store promises, as tests: one suite, run against each implementation. */
import { describe, expect, it } from 'vitest';
import type { RoomStore } from '../roomStore.ts';

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: RoomStore;
  /** A new mask of 300 x 200 in epoch 0 whose table has the labels 1 and 2. */
  addMask(): Promise<string>;
  /** A person who may own sessions. */
  addUser(): Promise<string>;
  endEpoch(maskId: string): Promise<void>;
  labelledPixels(maskId: string): Promise<number>;
}

const bytesOf = (value: number) => Uint8Array.of(0, value, 255);

export function roomStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  const entry = (maskId: string, value: number, epoch = 0) => ({
    maskId,
    epoch,
    sessionId: 'session-anna',
    bytes: bytesOf(value),
  });

  describe(`${name}: a room store`, () => {
    it('finds a mask with its size and label values, and no other', async () => {
      await using under = await open();
      const maskId = await under.addMask();
      const row = await under.store.findMask(maskId);
      expect(row).toMatchObject({ maskId, epoch: 0, width: 300, height: 200, labels: [1, 2] });
      expect(row!.projectId && row!.sectionId && row!.taskId).toBeTruthy();
      expect(await under.store.findMask('no-such-mask')).toBeUndefined();
    });

    it('gives back what was appended, in order and byte for byte', async () => {
      await using under = await open();
      const maskId = await under.addMask();
      expect(await under.store.loadSince(maskId, 0, 0)).toEqual([]);
      await under.store.append([entry(maskId, 1), entry(maskId, 2)], [{ maskId, labelled: 7 }]);
      const later = { ...entry(maskId, 3), bytes: new Uint8Array([9, 0, 3, 255, 9]).subarray(1, 4) };
      await under.store.append([later], [{ maskId, labelled: 5 }]);
      const log = await under.store.loadSince(maskId, 0, 0);
      expect(log.map(({ seq, sessionId, bytes }) => [seq, sessionId, [...bytes]])).toEqual([
        [0, 'session-anna', [0, 1, 255]],
        [1, 'session-anna', [0, 2, 255]],
        [2, 'session-anna', [0, 3, 255]],
      ]);
      expect(await under.labelledPixels(maskId)).toBe(5);
    });

    it('takes as many entries at once as a group commit may hold', async () => {
      await using under = await open();
      const maskId = await under.addMask();
      const many = Array.from({ length: 2_000 }, (_, i) => entry(maskId, i % 256));
      await under.store.append(many, [{ maskId, labelled: 1 }]);
      const log = await under.store.loadSince(maskId, 0, 0);
      expect(log.map(({ seq }) => seq)).toEqual([...many.keys()]);
      expect(log.every(({ seq, bytes }) => bytes[1] === seq % 256)).toBe(true);
    });

    it('numbers without gaps, whoever appends at once', async () => {
      await using under = await open();
      const masks = [await under.addMask(), await under.addMask()];
      const appends = Array.from({ length: 24 }, (_, i) => {
        // Both orders, which would deadlock if the store locked as it is told.
        const both = i % 2 === 0 ? masks : [...masks].reverse();
        return under.store.append(
          both.map((maskId) => entry(maskId, i)),
          both.map((maskId) => ({ maskId, labelled: i })),
        );
      });
      await Promise.all(appends);
      for (const maskId of masks) {
        const log = await under.store.loadSince(maskId, 0, 0);
        expect(log.map(({ seq }) => seq)).toEqual([...Array(24).keys()]);
        expect(new Set(log.map(({ bytes }) => bytes[1])).size).toBe(24);
      }
    });

    it('says where entries came to lie, and hands out those of others on request', async () => {
      await using under = await open();
      const maskId = await under.addMask();
      const { store } = under;
      expect(await store.heads([maskId, 'no-such-mask'])).toEqual([{ maskId, epoch: 0, head: 0, fold: 0 }]);
      const [first] = await store.append([entry(maskId, 1), entry(maskId, 2)], []);
      expect(first).toMatchObject({ maskId, epoch: 0, firstSeq: 0, count: 2 });
      const [second] = await store.append([entry(maskId, 3)], []);
      expect(second).toMatchObject({ maskId, firstSeq: 2, count: 1 });
      expect(second!.refused).toBeUndefined();
      const seqs = async (from: number, before?: number) =>
        (await store.loadSince(maskId, 0, from, before)).map(({ seq, bytes }) => [seq, bytes[1]]);
      expect(await seqs(1)).toEqual([
        [1, 2],
        [2, 3],
      ]);
      expect(await seqs(1, 2)).toEqual([[1, 2]]);
      expect(await seqs(3)).toEqual([]);
      expect(await store.heads([maskId])).toEqual([{ maskId, epoch: 0, head: 3, fold: 0 }]);
      expect(await store.heads([])).toEqual([]);
    });

    it('opens a mask as it is at one moment, while others append to it', async () => {
      await using under = await open();
      const maskId = await under.addMask();
      expect(await under.store.open('no-such-mask')).toBeUndefined();
      const appends = Array.from({ length: 12 }, (_, i) =>
        under.store.append([entry(maskId, i), entry(maskId, i)], []),
      );
      const opened = await Promise.all(Array.from({ length: 6 }, () => under.store.open(maskId)));
      await Promise.all(appends);
      for (const mask of [...opened, await under.store.open(maskId)]) {
        expect(mask!.row).toMatchObject({ maskId, epoch: 0, width: 300, height: 200, labels: [1, 2] });
        expect(mask!.entries.map(({ seq }) => seq)).toEqual([...Array(mask!.head).keys()]);
        expect(mask!.head % 2).toBe(0);
      }
      expect((await under.store.open(maskId))!.head).toBe(24);
    });

    it("one mask's trouble keeps no other mask's entries out", async () => {
      await using under = await open();
      const [maskId, ended] = [await under.addMask(), await under.addMask()];
      await under.endEpoch(ended);
      const outcomes = await under.store.append(
        [entry(maskId, 1), entry('no-such-mask', 1), entry(ended, 1), entry(ended, 2, 1), entry(maskId, 2)],
        [
          { maskId, labelled: 3 },
          { maskId: 'no-such-mask', labelled: 4 },
        ],
      );
      const byMask = new Map(outcomes.map((outcome) => [`${outcome.maskId}@${outcome.epoch}`, outcome]));
      expect(byMask.size).toBe(4);
      expect(byMask.get(`${maskId}@0`)).toMatchObject({ firstSeq: 0, count: 2 });
      expect(byMask.get('no-such-mask@0')).toMatchObject({ count: 1, refused: 'NOT_FOUND' });
      expect(byMask.get(`${ended}@0`)).toMatchObject({ count: 1, refused: 'CONFLICT' });
      expect(byMask.get(`${ended}@1`)).toMatchObject({ firstSeq: 0, count: 1 });
      expect((await under.store.loadSince(maskId, 0, 0)).map(({ bytes }) => bytes[1])).toEqual([1, 2]);
      expect(await under.store.loadSince(ended, 0, 0)).toEqual([]);
      expect((await under.store.loadSince(ended, 1, 0)).map(({ bytes }) => bytes[1])).toEqual([2]);
      expect(await under.labelledPixels(maskId)).toBe(3);
    });

    it('refuses an epoch that has ended, and numbers the next from 0', async () => {
      await using under = await open();
      const maskId = await under.addMask();
      await under.store.append([entry(maskId, 1)], [{ maskId, labelled: 1 }]);
      await under.endEpoch(maskId);
      const late = await under.store.append([entry(maskId, 2)], [{ maskId, labelled: 2 }]);
      expect(late).toMatchObject([{ maskId, epoch: 0, refused: 'CONFLICT' }]);
      expect(await under.labelledPixels(maskId)).toBe(1);
      await under.store.append([entry(maskId, 3, 1)], []);
      const seqs = (await under.store.loadSince(maskId, 1, 0)).map(({ seq, bytes }) => [seq, bytes[1]]);
      expect(seqs).toEqual([[0, 3]]);
      expect(await under.store.loadSince(maskId, 0, 0)).toHaveLength(1);
      expect(await under.store.open(maskId)).toMatchObject({ row: { epoch: 1 }, head: 1 });
      expect(await under.store.heads([maskId])).toMatchObject([{ epoch: 1, head: 1 }]);
    });

    it('remembers whose a session is and which client ids it has used', async () => {
      await using under = await open();
      const [maskId, userId] = [await under.addMask(), await under.addUser()];
      const session = { maskId, sessionId: 'session-anna', userId };
      const register = (clientId: number) => under.store.registerSession({ ...session, clientId });
      expect(await register(4_294_967_295)).toEqual([4_294_967_295]);
      expect(await register(7)).toEqual([4_294_967_295, 7]);
      expect(await register(7)).toEqual([4_294_967_295, 7]);
      await under.store.registerSession({ maskId, sessionId: 'import', userId: null, clientId: 8 });
      const sessions = await under.store.sessions(maskId);
      expect(sessions.sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))).toEqual([
        { sessionId: 'import', userId: null, clientIds: [8] },
        { sessionId: 'session-anna', userId, clientIds: [4_294_967_295, 7] },
      ]);
      expect(await under.store.sessions(await under.addMask())).toEqual([]);
    });

    it("refuses somebody else's session or client id, the server's too", async () => {
      await using under = await open();
      const maskId = await under.addMask();
      const [anna, bert] = [await under.addUser(), await under.addUser()];
      await under.store.registerSession({ maskId, sessionId: 'session-anna', userId: anna, clientId: 1 });
      await under.store.registerSession({ maskId, sessionId: 'import', userId: null, clientId: 2 });
      const refused = { code: 'FORBIDDEN' };
      for (const session of [
        { sessionId: 'session-anna', userId: bert, clientId: 3 },
        { sessionId: 'session-anna', userId: null, clientId: 3 },
        { sessionId: 'import', userId: bert, clientId: 3 },
        { sessionId: 'session-bert', userId: bert, clientId: 1 },
        { sessionId: 'another-of-anna', userId: anna, clientId: 1 },
      ]) {
        await expect(under.store.registerSession({ maskId, ...session })).rejects.toMatchObject(refused);
      }
      const other = await under.addMask();
      await under.store.registerSession({
        maskId: other,
        sessionId: 'session-anna',
        userId: bert,
        clientId: 1,
      });
      expect(await under.store.sessions(maskId)).toHaveLength(2);
    });

    it('gives a client id that two sessions want at once to one of them', async () => {
      await using under = await open();
      const [maskId, userId] = [await under.addMask(), await under.addUser()];
      const wanted = ['one', 'two', 'three', 'four'].map((sessionId) =>
        under.store.registerSession({ maskId, sessionId, userId, clientId: 5 }),
      );
      const settled = await Promise.allSettled(wanted);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await under.store.sessions(maskId)).toHaveLength(1);
    });
  });
}
