import { describe, expect, test } from 'vitest';
import { createComposition, decodeTile, rasterizeStroke, tileLabelCounts } from './index.ts';

const SIZE = { width: 300, height: 200 };
const stroke = (lamport: number, x: number, label: number, sessionId = 'anna') => ({
  id: `${sessionId} ${lamport}`,
  sessionId,
  record: {
    version: 1 as const,
    strokeId: lamport,
    part: 0,
    lamport,
    label,
    runs: rasterizeStroke(
      [
        { x, y: 90 },
        { x: x + 60, y: 150 },
      ],
      { shape: 'round', diameter: 30 },
    ),
  },
});

describe('a fold', () => {
  test('leaves the picture as it is, and late records find their place', () => {
    const never = createComposition(SIZE);
    const folded = createComposition({ ...SIZE, maxPlanes: 1 });
    const strokes = [1, 2, 4, 5, 6].map((n) => stroke(n, 30 * n, n % 4));
    for (const one of strokes) {
      never.add(one);
      folded.add(one);
    }
    const sessions = ['anna', 'ben'];
    const fold = folded.startFold(
      strokes.slice(0, 4).map(({ id }) => id),
      sessions,
    );
    const during = stroke(9, 100, 1, 'ben');
    for (const composition of [never, folded]) composition.add(during);
    expect(() => folded.remove('anna 1')).toThrow(expect.objectContaining({ code: 'FOLDING' }));
    while (fold.step());
    fold.finish();
    expect(folded.toLabels()).toEqual(never.toLabels());
    const late = stroke(3, 80, 7, 'ben');
    for (const composition of [never, folded]) composition.add(late);
    expect(folded.toLabels()).toEqual(never.toLabels());
    expect(folded.labelCounts).toEqual(never.labelCounts);
    for (const composition of [never, folded]) composition.remove(late.id);
    expect(folded.toLabels()).toEqual(never.toLabels());
    expect(folded.has('anna 1')).toBe(false);
    const joined = createComposition(SIZE);
    joined.setBase({ tiles: fold.tiles, sessions, replaceAll: true });
    joined.add(strokes[4]!);
    joined.add(during);
    expect(joined.toLabels()).toEqual(never.toLabels());
    expect(joined.labelCounts).toEqual(never.labelCounts);
    const [bytes] = fold.tiles.values();
    const tile = decodeTile(bytes!, sessions);
    expect(tile.stamps.every(({ sessionId }) => sessionId === 'anna')).toBe(true);
    expect(tileLabelCounts(bytes!).size).toBeGreaterThan(0);
  });
});
