import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../log.ts';
import { createPaintedNews } from './paintedNews.ts';
import { createMemoryRoomStore } from './testing/memoryRoomStore.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function open() {
  const lines: string[] = [];
  const news = createPaintedNews({ log: createLog((line) => lines.push(line)), paintedMs: 1_000 });
  const store = createMemoryRoomStore();
  const [mask, other] = ['mask', 'other'].map((maskId) => store.addMask({ maskId }));
  const told: (string | number)[][] = [];
  news.listen(({ maskId, labelledPixels, newPixels }) => told.push([maskId, labelledPixels, newPixels]));
  return { news, mask: mask!, other: other!, told, lines };
}

describe('what has been painted', () => {
  it('is told at once, then once in a while with all that came meanwhile', () => {
    const { news, mask, other, told } = open();
    news.committed({ mask, labelled: 5, painted: 5 });
    news.committed({ mask, labelled: 7, painted: 3 });
    news.committed({ mask: other, labelled: 1, painted: 1 });
    news.committed({ mask, labelled: 9, painted: 2 });
    expect(told).toEqual([
      ['mask', 5, 5],
      ['other', 1, 1],
    ]);
    vi.advanceTimersByTime(1_000);
    expect(told.slice(2)).toEqual([['mask', 9, 5]]);
    vi.advanceTimersByTime(5_000);
    expect(told).toHaveLength(3);
    news.committed({ mask, labelled: 10, painted: 1 });
    expect(told.at(-1)).toEqual(['mask', 10, 1]);
  });

  it('is told to the end when the server closes, also past a listener that fails', () => {
    const { news, mask, told, lines } = open();
    news.listen(() => {
      throw new Error('no');
    });
    news.committed({ mask, labelled: 1, painted: 1 });
    news.committed({ mask, labelled: 2, painted: 1 });
    news.close();
    expect(told).toEqual([
      ['mask', 1, 1],
      ['mask', 2, 1],
    ]);
    expect(lines).toHaveLength(2);
  });
});
