import { expect, test } from 'vitest';
import { parseSectionRange } from './sectionRange.ts';

test.each([
  ['0-3', [0, 1, 2, 3]],
  ['7', [7]],
  ['3, 0-1,17', [0, 1, 3, 17]],
  ['1-2,2-3', [1, 2, 3]],
])('%s', (text, numbers) => {
  expect(parseSectionRange(text)).toEqual(numbers);
});

test.each(['', '3-1', 'a', '1-', '-1', '1;2', '1.5', '0-99999999'])('refuses "%s"', (text) => {
  expect(() => parseSectionRange(text)).toThrow(expect.objectContaining({ code: 'SECTION_RANGE' }));
});
