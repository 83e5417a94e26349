import { describe, expect, it } from 'vitest';
import { createMapFade, FADE_MS } from './mapFade.ts';

describe('new maps', () => {
  it('come in from nothing to all, and no further', () => {
    const fade = createMapFade();
    expect([fade.freshness, fade.isRunning]).toEqual([1, false]);
    fade.begin(1000, { atOnce: false });
    expect([fade.freshness, fade.isRunning]).toEqual([0, true]);
    fade.step(1000 + FADE_MS / 2);
    expect(fade.freshness).toBeCloseTo(0.5, 9);
    expect(fade.step(1000 + 2 * FADE_MS)).toBe(true);
    expect([fade.freshness, fade.isRunning]).toEqual([1, false]);
    expect(fade.step(1000 + 3 * FADE_MS)).toBe(false);
  });

  it('are there at once for who wants no motion', () => {
    const fade = createMapFade();
    fade.begin(0, { atOnce: true });
    expect([fade.freshness, fade.isRunning]).toEqual([1, false]);
  });

  it('wait for the stroke that is being drawn, and go on where they were', () => {
    const fade = createMapFade();
    fade.begin(0, { atOnce: false });
    fade.step(FADE_MS / 2);
    fade.hold(FADE_MS / 2);
    expect(fade.isRunning).toBe(false);
    expect(fade.step(FADE_MS * 20)).toBe(false);
    expect(fade.freshness).toBeCloseTo(0.5, 9);
    fade.release(FADE_MS * 20);
    expect(fade.isRunning).toBe(true);
    fade.step(FADE_MS * 20 + FADE_MS / 4);
    expect(fade.freshness).toBeCloseTo(0.84375, 9);
  });

  it('that arrive in mid-stroke begin when it has ended', () => {
    const fade = createMapFade();
    fade.hold(0);
    fade.begin(300, { atOnce: false });
    fade.step(5000);
    expect(fade.freshness).toBe(0);
    fade.release(5000);
    fade.step(5000 + FADE_MS / 2);
    expect(fade.freshness).toBeCloseTo(0.5, 9);
  });
});
