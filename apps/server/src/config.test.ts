import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({ port: 4680, host: '', publicUrl: 'http://localhost:4680' });
  });
  it('names the nearest known setting for an unknown one', () => {
    expect(() => readConfig({ COTRACE_HOMME: '/x' })).toThrow(
      /CONFIG_UNKNOWN: COTRACE_HOMME .* COTRACE_HOME\?/,
    );
  });
  it.each([
    ['PORT', '70000'],
    ['PORT', 'many'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['COTRACE_PUBLIC_URL', 'localhost'],
    ['COTRACE_TRAINER_TOKEN', 'short'],
  ])('says what was expected of %s instead of "%s"', (key, value) => {
    expect(() => readConfig({ [key]: value })).toThrow(new RegExp(`CONFIG_INVALID: ${key}: .* was expected`));
  });
  it('keeps secrets out of its sentences', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://me:secret@localhost/x' })).toThrow(/^((?!secret).)*$/);
  });
});
