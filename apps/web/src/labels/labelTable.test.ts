import { describe, expect, it } from 'vitest';
import { labelTableProblem, nextLabel, startingLabels } from './labelTable.ts';

describe('a label table while it is edited', () => {
  it('starts with two labels that lack nothing', () => {
    expect(labelTableProblem(startingLabels())).toBeNull();
    expect(startingLabels().map(({ gray }) => gray)).toEqual([0, 255]);
  });
  it('offers a free value, colour and the farthest grey', () => {
    const labels = startingLabels();
    const third = nextLabel(labels);
    expect(third).toMatchObject({ value: 3, gray: 127 });
    expect(labels.map(({ color }) => color)).not.toContain(third.color);
    expect(nextLabel(labels.slice(1)).value).toBe(1);
  });
  it('says what is wrong', () => {
    const [first, second] = startingLabels() as [ReturnType<typeof nextLabel>, ReturnType<typeof nextLabel>];
    expect(labelTableProblem([first])).toContain('two labels at least');
    expect(labelTableProblem([first, { ...second, name: ' ' }])).toContain('Label 2 has no name');
    expect(labelTableProblem([first, { ...second, name: first.name }])).toContain('“background”');
    expect(labelTableProblem([first, { ...second, gray: 0 }])).toContain('grey 0');
    expect(labelTableProblem([first, { ...second, color: 'red' }])).toContain('color');
  });
});
