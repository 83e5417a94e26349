import { pixelCount, rasterizePolygon, rasterizeStroke } from '@cotrace/mask';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openToolbox, pixelsBy, SIZE } from './testing/openToolbox.ts';
import { TOOL_NOTICES } from './toolNotices.ts';

const square = [
  [10, 10],
  [30, 10],
  [30, 30],
  [10, 30],
] as const;
const inSquare = pixelCount(rasterizePolygon(square.map(([x, y]) => ({ x, y }))));

describe('the brush', () => {
  it('shows what it paints, paints it as one stroke, and draws a line with Shift', () => {
    const at = openToolbox({ tool: 'brush', label: 2, diameter: 6 });
    const held = at.press(10, 10);
    held.move([{ x: 40, y: 10 }]);
    const shown = at.shown.inked.reduce((sum, { runs }) => sum + pixelCount(runs), 0);
    held.release();
    expect([at.count(2), at.shown.inked]).toEqual([shown, []]);
    at.click(40, 40, { continues: true });
    expect(at.labelAt(40, 25)).toBe(2);
    expect(at.steps()).toBe(2);
  });

  it('leaves what is labelled where only the unknown is painted, and shows so beforehand', () => {
    const at = openToolbox({ tool: 'brush', label: 1, diameter: 6 });
    at.drag([
      [10, 20],
      [60, 20],
    ]);
    const before = at.count(1);
    at.settings.set({ label: 2, onlyUnknown: true });
    const held = at.press(30, 5);
    held.move([{ x: 30, y: 50 }]);
    const shown = at.shown.inked.reduce((sum, { runs }) => sum + pixelCount(runs), 0);
    held.release();
    expect([at.labelAt(30, 20), at.labelAt(30, 40), at.count(1), at.count(2)]).toEqual([1, 2, before, shown]);
    // The eraser takes labels away all the same.
    at.settings.set({ tool: 'eraser' });
    at.click(30, 20);
    expect(at.labelAt(30, 20)).toBe(0);
    // And when there is nothing left to paint, that is said.
    at.settings.set({ tool: 'brush' });
    at.drag([
      [12, 20],
      [14, 20],
    ]);
    expect(at.notices).toEqual([TOOL_NOTICES.nothingUnknown]);
  });

  it('cancelled has never been; refused is told', () => {
    const at = openToolbox({ tool: 'brush' });
    const held = at.press(10, 10);
    held.move([{ x: 40, y: 10 }]);
    held.cancel();
    expect([at.count(1), at.shown.inked, at.steps()]).toEqual([0, [], 0]);
    at.session.mayPaint = false;
    at.click(10, 10);
    expect([at.count(1), at.refusals.count]).toEqual([0, 1]);
  });

  it('says when its label has gone from the table', () => {
    const at = openToolbox({ tool: 'brush', label: 9 });
    at.click(10, 10);
    expect(at.notices).toEqual([TOOL_NOTICES.labelGone]);
  });
});

describe('lasso and polygon', () => {
  it('paint what lies within, or take it away', () => {
    const at = openToolbox({ tool: 'lasso', label: 1 });
    at.drag(square);
    expect(at.count(1)).toBe(inSquare);
    at.drag(
      [
        [0, 0],
        [20, 0],
        [20, 60],
        [0, 60],
      ],
      { erases: true },
    );
    expect([at.labelAt(15, 20), at.labelAt(25, 20)]).toEqual([0, 1]);
    at.settings.set({ areaEffect: 'subtract' });
    at.drag(square);
    expect(at.count(1)).toBe(0);
    // Subtracting with the other button adds.
    at.drag(square, { erases: true });
    expect([at.count(1), at.steps()]).toEqual([inSquare, 4]);
  });

  it('a polygon is closed by Enter, its first corner or its last one again', () => {
    for (const close of ['Enter', 'first', 'last']) {
      const at = openToolbox({ tool: 'polygon', label: 2 });
      for (const [x, y] of square) at.click(x, y);
      expect([at.count(2), at.shown.sketch?.path?.points.length]).toEqual([0, 4]);
      if (close === 'Enter') expect(at.toolbox.key('Enter')).toBe(true);
      else {
        const [x, y] = close === 'first' ? square[0] : square[3];
        at.click(x, y);
      }
      expect([at.count(2), at.shown.sketch, at.steps()]).toEqual([inSquare, undefined, 1]);
    }
  });

  it('a polygon takes corners back, is dropped by Escape and by another tool, and keeps Enter until it is one', () => {
    const at = openToolbox({ tool: 'polygon' });
    expect(at.toolbox.key('Enter')).toBe(false);
    at.click(10, 10);
    at.click(40, 10);
    expect(at.toolbox.key('Enter')).toBe(true);
    expect(at.shown.sketch?.path?.points).toHaveLength(2);
    at.toolbox.key('Backspace');
    expect(at.shown.sketch?.path?.points).toHaveLength(1);
    at.toolbox.key('Escape');
    expect(at.shown.sketch).toBeUndefined();
    at.click(10, 10);
    at.settings.set({ tool: 'lasso' });
    at.settings.set({ tool: 'polygon' });
    expect([at.shown.sketch, at.toolbox.key('Escape'), at.count(1)]).toEqual([undefined, false, 0]);
  });
});

describe('the fill', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  /** A light room with a speck in it, in a dark wall. */
  const grey = pixelsBy((x, y) =>
    x === 20 && y === 20 ? 90 : x > 5 && x < 50 && y > 5 && y < 40 ? 200 + ((x + y) % 9) : 60,
  );
  const room = 44 * 34;

  it('shows what would be filled when the pointer rests, and paints exactly that', () => {
    const at = openToolbox({ tool: 'fill', label: 2 }, { grey });
    at.toolbox.tool!.hover!({ x: 30.5, y: 20.5 });
    vi.runAllTimers();
    const hatched = at.shown.sketch?.areas?.[0];
    expect([pixelCount(hatched!.runs), hatched!.color]).toEqual([room, [2, 0, 0]]);
    at.click(30.5, 20.5);
    expect([at.count(2), at.shown.sketch, at.steps()]).toEqual([room, undefined, 1]);
  });

  it('leaves holes that are larger than asked, and changes its tolerance while it is held', () => {
    const at = openToolbox({ tool: 'fill', label: 2 }, { grey });
    at.settings.set({ fill: { ...at.settings.get().fill, holes: 0 } });
    at.click(30, 20);
    expect([at.count(2), at.labelAt(20, 20)]).toEqual([room - 1, 0]);
    const held = at.press(70, 50);
    // Two CSS pixels an image pixel, three a grey value.
    held.move([{ x: 70 + 300, y: 50 }]);
    expect(at.settings.get().fill.tolerance).toBe(24 + 200);
    held.release();
    expect(at.count(2)).toBe(SIZE.width * SIZE.height);
    const dropped = at.press(70, 50);
    dropped.move([{ x: 40, y: 50 }]);
    dropped.cancel();
    expect(at.settings.get().fill.tolerance).toBe(224);
  });

  it('stops at labels where only the unknown is painted, and goes by labels when asked', () => {
    const at = openToolbox({ tool: 'brush', label: 1, diameter: 4 }, { grey });
    at.drag([
      [25, 0],
      [25, 59],
    ]);
    at.settings.set({ tool: 'fill', label: 2, onlyUnknown: true });
    at.click(10, 20);
    expect([at.labelAt(10, 30), at.labelAt(25, 30), at.labelAt(40, 30)]).toEqual([2, 1, 0]);
    at.settings.set({ fill: { ...at.settings.get().fill, on: 'labels' } });
    at.click(70, 30);
    expect([at.labelAt(40, 30), at.labelAt(79, 59), at.labelAt(2, 2)]).toEqual([2, 2, 0]);
  });

  it('says what keeps it from filling', () => {
    const at = openToolbox({ tool: 'fill' }, {});
    at.click(30, 20);
    at.arrive({ grey });
    at.settings.set({ fill: { ...at.settings.get().fill, maxPixels: 1000 } });
    at.click(30, 20);
    expect(at.notices).toEqual([TOOL_NOTICES.imageComing, TOOL_NOTICES.fillTooLarge(1000)]);
    expect(at.count(1)).toBe(0);
  });
});

describe('accepting the suggestion', () => {
  const values = pixelsBy((x) => (x < 30 ? 4 : x < 50 ? 128 : 250));
  const suggestion = { ...SIZE, values, entropies: undefined, labels: [1, 2] };

  it('takes what the model is sure of within a lasso, all labels in one step, and no labelled pixel', () => {
    const at = openToolbox({ tool: 'brush', label: 2, diameter: 4 }, { suggestion });
    at.drag([
      [10, 30],
      [20, 30],
    ]);
    const mine = at.count(2);
    at.settings.set({ tool: 'accept' });
    expect(at.shown.sketch?.field?.(10, 10)).toEqual([1, 0, 0]);
    expect([at.shown.sketch?.field?.(40, 10), at.shown.sketch?.field?.(15, 30)]).toEqual([
      undefined,
      undefined,
    ]);
    at.drag([
      [0, 0],
      [80, 0],
      [80, 60],
      [0, 60],
    ]);
    expect([at.count(1), at.count(2)]).toEqual([30 * 60 - mine, 30 * 60 + mine]);
    expect([at.labelAt(15, 30), at.labelAt(40, 30)]).toEqual([2, 0]);
    expect(at.maskDoc.undo()).toBe(true);
    expect([at.count(1), at.count(2)]).toEqual([0, mine]);
  });

  it('shows while it sweeps, by a certainty that can be lowered', () => {
    const at = openToolbox(
      { tool: 'accept', accept: { by: 'brush', certainty: 0.95 }, diameter: 8 },
      { suggestion },
    );
    at.click(40, 30);
    expect(at.notices).toEqual([TOOL_NOTICES.nothingCertain]);
    at.settings.set({ accept: { by: 'brush', certainty: 0.5 } });
    const held = at.press(40, 30);
    expect(at.shown.inked.map(({ color }) => color)).toEqual(['rgba(2, 0, 0, 0.45)']);
    held.release();
    const dab = rasterizeStroke([{ x: 40, y: 30 }], { shape: 'round', diameter: 8 });
    expect([at.count(2), at.steps()]).toEqual([pixelCount(dab), 1]);
  });

  it('says that there is no suggestion, or not yet', () => {
    const at = openToolbox({ tool: 'accept' }, { suggestion: 'none' });
    at.drag(square);
    at.arrive({ suggestion: undefined });
    at.drag(square);
    expect(at.notices).toEqual([TOOL_NOTICES.noSuggestion, TOOL_NOTICES.suggestionComing]);
    at.arrive({ suggestion });
    expect(at.shown.sketch?.field).toBeDefined();
  });
});

describe('smoothing and picking', () => {
  it('takes a spike off within the area, and nowhere else', () => {
    const at = openToolbox({ tool: 'brush', label: 1, shape: 'square', diameter: 20 });
    at.click(20, 30);
    at.settings.set({ diameter: 1 });
    at.drag([
      [30.5, 30.5],
      [40.5, 30.5],
    ]);
    at.settings.set({ tool: 'smooth', smooth: { by: 'lasso', radius: 2 } });
    at.drag([
      [36, 20],
      [60, 20],
      [60, 40],
      [36, 40],
    ]);
    expect([at.labelAt(34, 30), at.labelAt(39, 30), at.labelAt(20, 30)]).toEqual([1, 0, 1]);
    at.settings.set({ smooth: { by: 'brush', radius: 2 }, diameter: 12 });
    at.drag([
      [32, 30],
      [36, 30],
    ]);
    expect(at.labelAt(34, 30)).toBe(0);
    at.click(70, 50);
    expect(at.notices).toEqual([TOOL_NOTICES.nothingToChange]);
    expect(at.steps()).toBe(4);
  });

  it('takes the label under the pointer and goes back to the tool before', () => {
    const at = openToolbox({ tool: 'lasso', label: 2 });
    at.drag(square);
    at.settings.set({ label: 1, tool: 'picker' });
    at.click(20, 20);
    expect(at.settings.get()).toMatchObject({ tool: 'lasso', label: 2 });
    at.settings.set({ tool: 'picker' });
    at.click(70, 50);
    expect(at.settings.get().tool).toBe('eraser');
    at.settings.set({ tool: 'picker' });
    at.click(20, 20);
    expect(at.settings.get()).toMatchObject({ tool: 'brush', label: 2 });
  });
});
