import { describe, expect, it } from 'vitest';
import { ago, bytes, count, duration, percent, pixels, plural, score, until, when } from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1 000'],
    [1234567, '1 234 567'],
  ])('%d is counted as %j', (value, shown) => expect(plain(count(value))).toBe(shown));
  it.each([
    [812, '812 px'],
    [34_400, '34 k px'],
    [1_240_000, '1.2 M px'],
    [12_400_000, '12 M px'],
  ])('%d pixels are %j', (value, shown) => expect(plain(pixels(value))).toBe(shown));
  it.each([
    [0, '0 %'],
    [0.001, '< 1 %'],
    [0.34, '34 %'],
    [0.998, '99 %'],
    [1, '100 %'],
  ])('a fraction of %d is %j', (value, shown) => expect(plain(percent(value))).toBe(shown));
  it('show a missing score as a dash', () => {
    expect([score(0.93456), score(null), score(undefined)]).toEqual(['0.9346', '–', '–']);
  });
  it('know one from many', () => {
    expect([plural(1, 'section'), plural(0, 'section'), plural(2, 'person', 'people')]).toEqual([
      '1 section',
      '0 sections',
      '2 people',
    ]);
  });
  it('show how long ago something was, never that it is still to come', () => {
    const now = new Date('2026-03-10T12:00:00Z');
    const told = (minutes: number) =>
      plain(ago(new Date(now.getTime() - minutes * 60_000).toISOString(), now));
    expect([-1, 0.9, 4.5, 61, 23 * 60, 25 * 60, 49 * 60].map(told)).toEqual([
      'just now',
      'just now',
      '4 min ago',
      '1 h ago',
      '23 h ago',
      '1 day ago',
      '2 days ago',
    ]);
  });
  it('show sizes of files', () => {
    expect([bytes(120), bytes(820_000), bytes(1_440_000)].map(plain)).toEqual(['1 kB', '820 kB', '1.4 MB']);
  });
});

describe('times', () => {
  it.each([
    [4.4, '4 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3780, '1 h 03 min'],
    [-3, '0 s'],
  ])('%d s last %j', (seconds, shown) => expect(plain(duration(seconds))).toBe(shown));
  it('are near or far', () => {
    const now = new Date(2026, 10, 25, 15, 0);
    const at = (...parts: [number, number, number, number, number]) =>
      when(new Date(...parts).toISOString(), now);
    expect(at(2026, 10, 25, 14, 2)).toBe('14:02');
    expect(at(2026, 10, 24, 9, 5)).toBe('yesterday 09:05');
    expect(at(2026, 10, 3, 14, 2)).toBe('3 Nov 14:02');
    expect(at(2025, 10, 3, 14, 2)).toBe('3 Nov 2025');
  });
  it('are ahead or over', () => {
    const now = new Date('2026-11-25T12:00:00Z');
    expect(
      ['2026-11-25T11:59:00Z', '2026-11-25T12:20:00Z', '2026-11-25T15:00:00Z', '2026-12-01T12:00:00Z'].map(
        (iso) => until(iso, now),
      ),
    ).toEqual(['expired', 'in 20 min', 'in 3 h', 'in 6 days']);
  });
});
