import { decodeRecord, encodeRecord, pixelCount, rasterizeStroke, runsEqual } from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  diameterAtPlace,
  MAX_DIAMETER,
  MIN_DIAMETER,
  placeOfDiameter,
  steppedDiameter,
} from './brushSize.ts';
import { beginStroke, penPressure } from './strokeInProgress.ts';

const size = { width: 64, height: 48 };
const brush = { shape: 'round', diameter: 6 } as const;

describe('a stroke in progress', () => {
  it('answers only what is new, and all of it together is the stroke', () => {
    const stroke = beginStroke({ brush, size });
    const points = [
      { x: 5, y: 5 },
      { x: 30, y: 20 },
      { x: 30.2, y: 20.1 },
      { x: 10, y: 40 },
    ];
    const fresh = points.map((point) => pixelCount(stroke.extend(point)));
    expect(fresh.reduce((sum, pixels) => sum + pixels)).toBe(pixelCount(stroke.runs));
    expect(runsEqual(stroke.runs, rasterizeStroke(points, brush, size))).toBe(true);
  });

  it('becomes the record that everybody else decodes to the same pixels', () => {
    const stroke = beginStroke({ brush, size });
    stroke.extend({ x: 5, y: 5 });
    stroke.extend({ x: 60, y: 44 });
    const mine = openMaskDoc({ doc: new Y.Doc(), ...size, sessionId: 'session-one', labels: new Set([2]) });
    mine.paint({ label: 2, runs: stroke.runs });
    const [kept] = mine.liveRecordsOf('session-one');
    expect(runsEqual(decodeRecord(encodeRecord(kept!.record), size).runs, stroke.runs)).toBe(true);
    expect(mine.composition.labelCounts[2]).toBe(pixelCount(stroke.runs));
  });

  it('takes a pointer far outside without painting beyond the edge', () => {
    const stroke = beginStroke({ brush, size });
    stroke.extend({ x: 1e7, y: -1e7 });
    expect(pixelCount(stroke.runs)).toBe(0);
    stroke.extend({ x: 32, y: 24 });
    expect(pixelCount(stroke.runs)).toBeGreaterThan(0);
  });

  it('paints thinner with less pressure, but never nothing', () => {
    const pixelsAt = (pressure: number) => {
      const stroke = beginStroke({ brush: { shape: 'round', diameter: 20 }, size });
      return pixelCount(stroke.extend({ x: 32, y: 24, pressure: penPressure(pressure) }));
    };
    expect(pixelsAt(0)).toBeGreaterThan(0);
    expect(pixelsAt(0)).toBeLessThan(pixelsAt(0.5));
    expect(pixelsAt(0.5)).toBeLessThan(pixelsAt(1));
  });
});

describe('brush size', () => {
  it('steps through whole pixels and stops at its limits', () => {
    expect(steppedDiameter(1, 1)).toBe(2);
    expect(steppedDiameter(2, -1)).toBe(1);
    expect(steppedDiameter(60, 1)).toBe(70);
    expect(steppedDiameter(MIN_DIAMETER, -1)).toBe(MIN_DIAMETER);
    expect(steppedDiameter(MAX_DIAMETER, 1)).toBe(MAX_DIAMETER);
  });

  it('lies on the slider where the slider puts it', () => {
    for (let diameter = MIN_DIAMETER; diameter <= MAX_DIAMETER; diameter++)
      expect(diameterAtPlace(placeOfDiameter(diameter))).toBe(diameter);
  });
});
