import { describe, expect, it } from 'vitest';
import { createKeymap, type KeyStorage, storageKeyOf } from './keymap.ts';
import { SHORTCUTS } from './shortcuts.ts';

function memory(): KeyStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
type Modifiers = { ctrlKey?: boolean; shiftKey?: boolean; metaKey?: boolean; altKey?: boolean };
const pressed = (key: string, held: Modifiers = {}) => ({
  ...{ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false },
  ...held,
});

describe('the keymap', () => {
  const keymap = createKeymap(undefined, 'ada');

  it('tells undo from redo, on either keyboard', () => {
    expect(keymap.match(pressed('z', { ctrlKey: true }))).toEqual({ action: 'undo' });
    expect(keymap.match(pressed('Z', { ctrlKey: true, shiftKey: true }))).toEqual({ action: 'redo' });
    expect(keymap.match(pressed('z', { metaKey: true }))).toEqual({ action: 'undo' });
    expect(keymap.match(pressed('z'))).toBeUndefined();
  });

  it('leaves the browser its own keys', () => {
    for (const key of ['f', '1', 'p']) expect(keymap.match(pressed(key, { ctrlKey: true }))).toBeUndefined();
    expect(keymap.match(pressed('b', { altKey: true }))).toBeUndefined();
  });

  it('picks labels by place, and keys that need Shift to be typed', () => {
    expect(keymap.match(pressed('1'))).toEqual({ labelPlace: 0 });
    expect(keymap.match(pressed('9'))).toEqual({ labelPlace: 8 });
    expect(keymap.match(pressed('?', { shiftKey: true }))).toEqual({ action: 'help' });
    expect(keymap.match(pressed('B', { shiftKey: true }))).toEqual({ action: 'brush' });
  });

  it('gives an action another key, and takes it from what had it', () => {
    const own = createKeymap(memory(), 'ada');
    expect(own.actionOf('e')).toBe('eraser');
    own.assign('brush', 'e');
    expect(own.match(pressed('e'))).toEqual({ action: 'brush' });
    expect(own.match(pressed('b'))).toBeUndefined();
    expect(own.store.get().keys.eraser).toEqual([]);
    expect([own.isChanged('brush'), own.isChanged('eraser'), own.isChanged('hand')]).toEqual([
      true,
      true,
      false,
    ]);
    // One action back to what it was, from whatever has it now.
    own.reset('eraser');
    expect([own.actionOf('e'), own.store.get().keys.brush]).toEqual(['eraser', []]);
  });

  it('keeps them for one person, and forgets them when all is as it was', () => {
    const storage = memory();
    createKeymap(storage, 'ada').assign('fill', 'F2');
    expect(createKeymap(storage, 'ada').actionOf('F2')).toBe('fill');
    expect(createKeymap(storage, 'ben').actionOf('F2')).toBeUndefined();
    const again = createKeymap(storage, 'ada');
    again.reset();
    expect([again.actionOf('k'), storage.kept.size]).toEqual(['fill', 0]);
  });

  it('takes nothing from what it cannot read, and never gives a key to two actions', () => {
    const storage = memory();
    storage.setItem(storageKeyOf('ada'), '{"brush":["e"],"gone":["q"],"fill":7');
    expect(createKeymap(storage, 'ada').actionOf('b')).toBe('brush');
    storage.setItem(storageKeyOf('ada'), '{"brush":["e"],"gone":["q"],"fill":7}');
    const { keys } = createKeymap(storage, 'ada').store.get();
    expect([keys.brush, keys.eraser, keys.fill]).toEqual([['e'], [], ['k']]);
    const all = Object.values(keys).flat();
    expect(new Set(all).size).toBe(all.length);
    expect(Object.keys(keys)).toHaveLength(SHORTCUTS.length);
  });

  it('goes on when the browser keeps nothing', () => {
    const forbidden = {
      ...memory(),
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    };
    const own = createKeymap(forbidden, 'ada');
    own.assign('brush', 'q');
    expect(own.actionOf('q')).toBe('brush');
  });
});
