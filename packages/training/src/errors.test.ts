import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TRAINING_ERRORS, TrainingError } from './errors.ts';

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'errors.ts')
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));

test.each(Object.entries(TRAINING_ERRORS))(
  '%s is thrown somewhere and says what was expected',
  (code, { message }) => {
    expect(sources.some((text) => text.includes(`'${code}'`))).toBe(true);
    expect(message).toMatch(/expected/);
    expect(message.split('. ').length).toBeGreaterThan(1);
    expect(message).toMatch(/\.$/);
  },
);

test('an error begins with its code and ends with what came', () => {
  const error = new TrainingError('SECTION_RANGE', '"x"');
  expect(error.message).toMatch(/^SECTION_RANGE: Section numbers .* \(Got: "x"\.\)$/);
});
