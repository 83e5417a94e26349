import { describe, expect, it } from 'vitest';
import { keyCaps, matchShortcut, SHORTCUTS } from './shortcuts.ts';

const press = (key: string, held: { ctrlKey?: boolean; shiftKey?: boolean; metaKey?: boolean } = {}) =>
  matchShortcut({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe('shortcuts', () => {
  it('gives no key to two actions', () => {
    const keys = SHORTCUTS.flatMap((shortcut) => [...shortcut.keys]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells undo from redo, on either keyboard', () => {
    expect(press('z', { ctrlKey: true })).toEqual({ action: 'undo' });
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toEqual({ action: 'redo' });
    expect(press('z', { metaKey: true })).toEqual({ action: 'undo' });
    expect(press('z')).toBeUndefined();
  });

  it('leaves the browser its own keys', () => {
    expect(press('f', { ctrlKey: true })).toBeUndefined();
    expect(press('1', { ctrlKey: true })).toBeUndefined();
    expect(press('p', { metaKey: true })).toBeUndefined();
  });

  it('picks labels by place, and keys that need Shift to be typed', () => {
    expect(press('1')).toEqual({ labelPlace: 0 });
    expect(press('9')).toEqual({ labelPlace: 8 });
    expect(press('?', { shiftKey: true })).toEqual({ action: 'help' });
    expect(press('B', { shiftKey: true })).toEqual({ action: 'brush' });
  });

  it('tells a key with Shift from the key alone where both mean something', () => {
    expect(press('n')).toEqual({ action: 'nextRegion' });
    expect(press('N', { shiftKey: true })).toEqual({ action: 'previousRegion' });
  });

  it('is written as on the keyboard', () => {
    expect(keyCaps('Mod+Shift+z', false)).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(keyCaps('+', false)).toEqual(['+']);
  });
});
