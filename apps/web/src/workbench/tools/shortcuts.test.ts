import { describe, expect, it } from 'vitest';
import { keyCaps, keyName, SHORTCUTS } from './shortcuts.ts';

const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

describe('shortcuts', () => {
  it('gives no key to two actions', () => {
    const keys = SHORTCUTS.flatMap((shortcut) => [...shortcut.keys]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are written as on the keyboard', () => {
    expect(keyCaps('Mod+Shift+z', false)).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(keyCaps('Mod++', true)).toEqual(['⌘', 'Plus']);
    expect(keyCaps('+', false)).toEqual(['+']);
  });

  it('are no keys that somebody needs for something else', () => {
    for (const key of ['Shift', 'Escape', 'Enter', ' ', 'Tab', '5', 'Dead'])
      expect(keyName({ key, ...plain })).toBeUndefined();
    expect(keyName({ key: 'q', ...plain, altKey: true })).toBeUndefined();
    expect(keyName({ key: 'F2', ...plain })).toBe('F2');
    expect(keyName({ key: 'N', ...plain, shiftKey: true })).toBe('Shift+n');
    expect(keyName({ key: '?', ...plain, shiftKey: true })).toBe('?');
    expect(keyName({ key: 'K', ...plain, ctrlKey: true, shiftKey: true })).toBe('Mod+Shift+k');
  });
});
