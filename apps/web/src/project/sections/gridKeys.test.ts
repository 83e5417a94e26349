import { describe, expect, it } from 'vitest';
import { cellAfter } from './gridKeys.ts';

/** Three columns; the last row has two cells. */
const cells = Array.from({ length: 8 }, (_, at) => ({ left: (at % 3) * 10, top: Math.floor(at / 3) * 10 }));

describe('arrow keys in the contact sheet', () => {
  it.each([
    ['ArrowRight', 2, 3],
    ['ArrowRight', 7, 7],
    ['ArrowLeft', 3, 2],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 1, 4],
    ['ArrowDown', 5, 7],
    ['ArrowDown', 7, 7],
    ['ArrowUp', 7, 4],
    ['ArrowUp', 1, 1],
    ['Home', 5, 0],
    ['End', 1, 7],
  ])('%s leads from %d to %d', (key, from, to) => expect(cellAfter(key, from, cells)).toBe(to));
  it('leave other keys, and focus elsewhere, alone', () => {
    expect(cellAfter('a', 1, cells)).toBeUndefined();
    expect(cellAfter('ArrowDown', -1, cells)).toBeUndefined();
  });
});
