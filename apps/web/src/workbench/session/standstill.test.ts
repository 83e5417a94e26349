import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchStandstill } from './standstill.ts';

describe('a standstill', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const watched = () => {
    const now = { connection: undefined as object | undefined, strokes: [] as number[] };
    const told: string[] = [];
    const standstill = watchStandstill({
      unready: () => now.connection,
      pendingStrokeIds: () => now.strokes,
      onConnection: () => told.push('connection'),
      onStrokes: () => told.push('strokes'),
    });
    return { now, told, standstill };
  };

  it('is a stroke that stays on its way, however many others go through', () => {
    const { now, told } = watched();
    for (let i = 0; i < 3; i++) {
      now.strokes = [7, 100 + i];
      vi.advanceTimersByTime(2_000);
    }
    expect(told).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(told).toEqual(['strokes']);
    now.strokes = [];
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['strokes']);
  });

  it('is one connection that does not become ready, and not a new one after each failure', () => {
    const { now, told, standstill } = watched();
    for (let i = 0; i < 10; i++) {
      now.connection = {};
      vi.advanceTimersByTime(10_000);
    }
    expect(told).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(['connection']);
    standstill.stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(1);
  });
});
