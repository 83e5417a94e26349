import { describe, expect, it } from 'vitest';
import { pixelNumbers } from './pixelNumbers.ts';

const two = [
  { value: 1, name: 'membrane', color: '#ff0000', gray: 0 },
  { value: 2, name: 'cell', color: '#00ff00', gray: 255 },
];
const three = [...two, { value: 7, name: 'vesicle', color: '#0000ff', gray: 120 }];

describe('the numbers of a pixel', () => {
  it('say the likelier of two labels with its own probability', () => {
    const cell = pixelNumbers(two, { value: 0, prediction: 204, uncertainty: 51 });
    expect([cell.labelName, cell.predicted?.name, cell.probability]).toEqual(['Unknown', 'cell', 0.8]);
    const membrane = pixelNumbers(two, { value: 1, prediction: 51, uncertainty: 51 });
    expect([membrane.labelName, membrane.predicted?.name]).toEqual(['membrane', 'membrane']);
    expect(membrane.probability).toBeCloseTo(0.8, 9);
  });

  it('give uncertainty in nats, at most the logarithm of the number of labels', () => {
    const uncertainty = (labels: typeof two) =>
      pixelNumbers(labels, { value: 0, prediction: 0, uncertainty: 255 }).uncertainty;
    expect(uncertainty(two)).toBeCloseTo(Math.LN2, 12);
    expect(uncertainty(three)).toBeCloseTo(Math.log(3), 12);
  });

  it('claim no probability that the map does not hold', () => {
    const seen = pixelNumbers(three, { value: 2, prediction: 7, uncertainty: 0 });
    expect([seen.predicted?.name, seen.probability, seen.uncertainty]).toEqual(['vesicle', null, 0]);
    expect(pixelNumbers(three, { value: 0, prediction: 9, uncertainty: 0 }).predicted).toBeNull();
    expect(pixelNumbers(two, { value: 0, prediction: undefined, uncertainty: undefined })).toMatchObject({
      predicted: null,
      probability: null,
      uncertainty: null,
    });
  });

  it('name a label that the table no longer has by its value', () => {
    expect(pixelNumbers(two, { value: 9, prediction: undefined, uncertainty: undefined }).labelName).toBe(
      'Label 9, no longer in the table',
    );
  });
});
