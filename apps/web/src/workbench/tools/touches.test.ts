import { describe, expect, it } from 'vitest';
import { createTouches } from './touches.ts';

const at = (x: number, y = 0) => ({ x, y });

describe('fingers', () => {
  it('two of them pan by their middle and zoom by their distance', () => {
    const touches = createTouches();
    touches.down(1, at(100), 0);
    expect(touches.move(1, at(110))).toBeUndefined();
    touches.down(2, at(210), 5);
    expect(touches.move(2, at(310))).toEqual({ dx: 50, dy: 0, zoom: 2, middle: at(210) });
    expect(touches.move(1, at(110, 40))?.dy).toBe(20);
    // A third one changes nothing.
    touches.down(3, at(900, 900), 9);
    expect(touches.move(3, at(0, 0))).toEqual(expect.objectContaining({ dx: 0, dy: 0, zoom: 1 }));
  });

  it('the last one left is known, so that it goes on moving the view', () => {
    const touches = createTouches();
    touches.down(1, at(0), 0);
    touches.down(2, at(50), 0);
    expect(touches.last).toBeUndefined();
    touches.up(1, 900);
    expect(touches.last).toEqual({ id: 2, at: at(50) });
    touches.up(2, 950);
    expect([touches.count, touches.last]).toEqual([0, undefined]);
  });

  it('tap when they are quick and still, and only then', () => {
    const tap = (fingers: number, ms: number, moved: number) => {
      const touches = createTouches();
      for (let id = 0; id < fingers; id++) touches.down(id, at(id * 60), id);
      touches.move(0, at(moved));
      let taps = 0;
      for (let id = 0; id < fingers; id++) taps += touches.up(id, ms);
      return taps;
    };
    expect([tap(1, 80, 0), tap(2, 120, 4), tap(3, 120, 0)]).toEqual([1, 2, 3]);
    expect([tap(2, 800, 0), tap(2, 120, 40)]).toEqual([0, 0]);
    // One that was never seen to come down does not count.
    expect(createTouches().up(7, 10)).toBe(0);
  });
});
