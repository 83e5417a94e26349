import type { TrainedModel } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { qualityCurve } from './qualityCurve.ts';

const model = (id: string, labelledPixels: number, vRand: number | null): TrainedModel => ({
  id,
  taskId: 't',
  jobId: 'j',
  createdAt: '2026-01-01T00:00:00Z',
  live: false,
  verdict: '',
  score: { sections: 2, vRand, vInfo: null, pixelError: null, dice: null, ece: null },
  liveScore: null,
  temperature: 1,
  labelledPixels,
  steps: 1,
  seconds: 1,
  engine: '',
  finalLoss: null,
});
const box = { left: 10, top: 0, width: 100, height: 50 };

describe('the curve of quality against labels', () => {
  it('goes from few labels to many, inside its box', () => {
    const curve = qualityCurve([model('b', 200, 0.93), model('a', 100, 0.84)], box)!;
    expect(curve.points.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(curve.points[1]!.x).toBe(110);
    expect(curve.range).toEqual([0.8, 0.95]);
    for (const { y } of curve.points) expect(y >= 0 && y <= 50).toBe(true);
  });
  it('stays finite when all models are equal, even perfect', () => {
    for (const vRand of [0, 0.9, 1]) {
      const curve = qualityCurve([model('a', 0, vRand), model('b', 0, vRand)], box)!;
      for (const { x, y } of curve.points) expect(Number.isFinite(x + y)).toBe(true);
    }
  });
  it('is not drawn for fewer than two scores', () => {
    expect(qualityCurve([model('a', 1, 0.9), model('b', 1, null)], box)).toBeUndefined();
  });
});
