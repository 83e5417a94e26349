import { describe, expect, it } from 'vitest';
import { readAddress, TABS, writeAddress } from './address.ts';

describe('the address of a project', () => {
  it('says what was written into it', () => {
    for (const tab of TABS)
      for (const taskId of [null, 'task 1&2']) {
        const read = readAddress(new URLSearchParams(writeAddress({ tab, taskId })));
        expect(read).toEqual({ tab, taskId });
      }
  });
  it('leads to the sections when it says nothing, or nonsense', () => {
    expect(writeAddress({ tab: 'sections', taskId: null })).toBe('');
    expect(readAddress(new URLSearchParams('tab=nonsense'))).toEqual({ tab: 'sections', taskId: null });
  });
});
