import { describe, expect, it } from 'vitest';
import { areaAtPlace, holesAtPlace, placeOfArea, placeOfHoles } from './fillSize.ts';

describe('sizes of a fill', () => {
  it('lie on the slider where the slider puts them', () => {
    for (let place = 0; place <= 100; place += 0.5) {
      expect(areaAtPlace(placeOfArea(areaAtPlace(place)))).toBe(areaAtPlace(place));
      expect(holesAtPlace(placeOfHoles(holesAtPlace(place)))).toBe(holesAtPlace(place));
    }
    expect([areaAtPlace(0), areaAtPlace(100), holesAtPlace(0), holesAtPlace(100)]).toEqual([
      ...[1_000, 144_000_000, 0, 10_000],
    ]);
  });
});
