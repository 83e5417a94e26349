import { describe, expect, it } from 'vitest';
import { initials } from './initials.ts';

describe('letters that stand for a name', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ben', 'B'],
    ['  Ada  King  Lovelace ', 'AL'],
    ['Ödön von Horváth', 'ÖH'],
    ['李 明', '李明'],
    ['', '?'],
  ])('%j is %j', (name, letters) => expect(initials(name)).toBe(letters));
});
