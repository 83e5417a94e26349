/** Section numbers as people write them: `0-14,17`. */
import { TrainingError } from './errors.ts';

const MAX_NUMBER = 999_999;

/** Ascending, each number once. Throws SECTION_RANGE. */
export function parseSectionRange(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?$/.exec(part);
    if (!match) throw new TrainingError('SECTION_RANGE', `"${text}"`);
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : Number(match[2]);
    if (to < from || to > MAX_NUMBER)
      throw new TrainingError('SECTION_RANGE', `"${part.trim()}" runs backwards`);
    for (let number = from; number <= to; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}
