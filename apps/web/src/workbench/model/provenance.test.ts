import type { TrainedModel } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { gainOf, provenanceOf, signed } from './provenance.ts';

const model = (id: string, vRand: number | null, more: Partial<TrainedModel> = {}): TrainedModel => ({
  ...{ id, taskId: 't', jobId: id, createdAt: '2026-03-10T12:00:00Z', live: false, verdict: '' },
  score: { sections: 1, vRand, vInfo: null, pixelError: null, dice: 0.5, ece: null },
  ...{
    liveScore: null,
    temperature: 1,
    labelledPixels: 10,
    steps: 1,
    seconds: 1,
    engine: '',
    finalLoss: null,
  },
  ...more,
});

describe('the model of a map', () => {
  const models = [model('c', 0.93), model('b', 0.91, { live: true }), model('a', 0.9)];
  it('has its number among the models of the task, and is old when another is live', () => {
    expect(provenanceOf(models, 'b')).toMatchObject({ number: 2, isOld: false });
    expect(provenanceOf(models, 'a')).toMatchObject({ number: 1, isOld: true });
    expect(provenanceOf(models, null)).toBeUndefined();
    expect(provenanceOf(models, 'gone')).toBeUndefined();
  });
});

describe('what has been gained', () => {
  it('is the live model’s score against the first one’s, whatever is newest', () => {
    const models = [model('c', 0.99), model('b', 0.93, { live: true }), model('a', 0.9)];
    const gain = gainOf(models)!;
    expect([gain.metric, gain.now, gain.since?.number]).toEqual(['V_Rand', 0.93, 1]);
    expect(gain.since?.difference).toBeCloseTo(0.03, 9);
  });
  it('compares like with like: models that were not scored by the same measure are passed over', () => {
    const models = [model('c', 0.95, { live: true }), model('b', 0.93), model('a', null)];
    expect(gainOf(models)?.since?.number).toBe(2);
    const byDice = [model('b', null, { live: true }), model('a', 0.93)];
    expect(gainOf(byDice)).toMatchObject({ metric: 'Dice', now: 0.5, since: { number: 1 } });
  });
  it('is nothing yet for the first, and not known without held-out labels', () => {
    expect(gainOf([model('a', 0.9, { live: true })])).toMatchObject({ since: null });
    expect(gainOf([model('a', 0.9, { live: true, score: null })])).toBeUndefined();
    expect(gainOf([])).toBeUndefined();
  });
  it('is written with its sign', () => {
    expect([signed(0.02134), signed(-0.004), signed(0.00001), signed(-0.049, 3)]).toEqual([
      '+0.0213',
      '−0.0040',
      '±0',
      '−0.049',
    ]);
  });
});
