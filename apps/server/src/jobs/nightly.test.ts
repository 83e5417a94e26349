/** Nights by the wall clock, over both changes of summer time. */
import { describe, expect, it } from 'vitest';
import { latestNight } from './nightly.ts';

const night = (now: string, hhmm: string, timeZone: string) =>
  latestNight(new Date(now), hhmm, timeZone).toISOString();

describe('the latest night', () => {
  it('is today after the hour and yesterday before it', () => {
    expect(night('2026-03-10T03:00:00Z', '02:00', 'UTC')).toBe('2026-03-10T02:00:00.000Z');
    expect(night('2026-03-10T02:00:00Z', '02:00', 'UTC')).toBe('2026-03-10T02:00:00.000Z');
    expect(night('2026-03-10T01:59:59Z', '02:00', 'UTC')).toBe('2026-03-09T02:00:00.000Z');
  });

  it('is local: the date there may be another than here', () => {
    expect(night('2026-03-10T17:30:00Z', '02:00', 'Asia/Tokyo')).toBe('2026-03-10T17:00:00.000Z');
    expect(night('2026-03-10T05:00:00Z', '23:30', 'America/Los_Angeles')).toBe('2026-03-09T06:30:00.000Z');
  });

  it('is an hour earlier in UTC once summer time has begun', () => {
    expect(night('2026-03-28T12:00:00Z', '04:00', 'Europe/Berlin')).toBe('2026-03-28T03:00:00.000Z');
    expect(night('2026-03-29T12:00:00Z', '04:00', 'Europe/Berlin')).toBe('2026-03-29T02:00:00.000Z');
  });

  it('that the clocks skip is moved on by the hour that is skipped', () => {
    expect(night('2026-03-29T12:00:00Z', '02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(night('2026-03-29T01:15:00Z', '02:30', 'Europe/Berlin')).toBe('2026-03-28T01:30:00.000Z');
  });

  it('that comes twice is the first one, and stays it', () => {
    const first = '2026-10-25T00:30:00.000Z';
    expect(night('2026-10-25T00:45:00Z', '02:30', 'Europe/Berlin')).toBe(first);
    expect(night('2026-10-25T01:45:00Z', '02:30', 'Europe/Berlin')).toBe(first);
    expect(night('2026-10-25T20:00:00Z', '02:30', 'Europe/Berlin')).toBe(first);
  });

  it('moves on once a day through a whole year, whatever the zone does', () => {
    for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe']) {
      const nights = new Set<number>();
      for (let half = 0; half < 365 * 2; half += 1)
        nights.add(latestNight(new Date(Date.UTC(2026, 0, 1, half * 12)), '02:30', zone).getTime());
      const gaps = [...nights].map(
        (at, index, all) => (at - (all[index - 1] ?? at - 86_400_000)) / 3_600_000,
      );
      expect([zone, Math.min(...gaps) >= 23, Math.max(...gaps) <= 25]).toEqual([zone, true, true]);
      expect(nights.size).toBeGreaterThanOrEqual(365);
    }
  });
});
