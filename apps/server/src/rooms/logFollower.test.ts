import { describe, expect, it } from 'vitest';
import { LogFollower } from './logFollower.ts';

/** A follower of a log of `length` entries; remembers what was applied, and hands entries out when told to. */
function follow(head: number, length = 100) {
  const applied: number[] = [];
  const asked: [number, number][] = [];
  let gate: Promise<void> = Promise.resolve();
  const log = { length };
  const follower = new LogFollower(head, {
    async fetch(from, before) {
      asked.push([from, before]);
      await gate;
      return Array.from({ length: Math.min(before, log.length) - from }, (_, i) => ({
        seq: from + i,
        sessionId: 's',
        bytes: new Uint8Array(),
      }));
    },
    apply: (entries) => applied.push(...entries.map(({ seq }) => seq)),
  });
  const hold = () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  };
  return { follower, applied, asked, hold, log };
}

describe('a log that is followed', () => {
  it('needs nothing while all entries are own', () => {
    const { follower, asked } = follow(3);
    follower.committed(3, 2);
    follower.committed(5, 1);
    expect([follower.head, follower.isBehind, asked]).toEqual([6, false, []]);
  });

  it('is asked for what lies before own entries, and for nothing else', async () => {
    const { follower, applied, asked } = follow(3);
    follower.committed(5, 2);
    expect([follower.head, follower.isBehind]).toEqual([3, true]);
    await follower.catchUp();
    expect([follower.head, follower.isBehind, applied, asked]).toEqual([7, false, [3, 4], [[3, 5]]]);
  });

  it('is followed on when own entries and others’ come during a look', async () => {
    const { follower, applied, hold } = follow(0);
    const open = hold();
    follower.committed(2, 1);
    const level = follower.catchUp();
    follower.committed(4, 1);
    void follower.catchUp(8);
    open();
    await level;
    expect([follower.head, applied]).toEqual([8, [0, 1, 3, 5, 6, 7]]);
  });

  it('knows own entries that a look has brought already', async () => {
    const { follower, applied } = follow(0);
    await follower.catchUp(4);
    follower.committed(2, 2);
    expect([follower.head, follower.isBehind, applied]).toEqual([4, false, [0, 1, 2, 3]]);
  });

  it('that lacks entries is a gap, and is looked at again', async () => {
    const { follower, applied, log } = follow(0, 2);
    await expect(follower.catchUp(4)).rejects.toMatchObject({ code: 'LOG_GAP' });
    expect([follower.head, follower.isBehind, applied]).toEqual([0, true, []]);
    log.length = 4;
    await follower.catchUp();
    expect([follower.head, applied]).toEqual([4, [0, 1, 2, 3]]);
  });
});
