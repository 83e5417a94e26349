import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClockRanges, decodeDeleteSet, encodeDeleteSet } from './deleteSet.ts';
import { cases } from './testing/simulation.ts';

const range = fc.record({ client: fc.nat(1), clock: fc.nat(30), length: fc.nat(6) });

test('[D9] ranges are those of a set of clocks, in whatever order and however often they come', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), range, (all, asked) => {
      const ranges = new ClockRanges();
      const clocks = new Set<string>();
      const each = ({ client, clock, length }: typeof asked) =>
        Array.from({ length }, (_, i) => `${client}:${clock + i}`);
      for (const one of all) {
        ranges.add(one);
        for (const clock of each(one)) clocks.add(clock);
      }
      if (asked.length > 0)
        expect(ranges.covers(asked)).toBe(each(asked).every((clock) => clocks.has(clock)));
      const kept = ranges.toArray();
      expect(new Set(kept.flatMap(each))).toEqual(clocks);
      // Sorted, and as few as can be.
      kept.forEach((one, i) => {
        const before = kept[i - 1];
        if (before?.client === one.client) expect(one.clock).toBeGreaterThan(before.clock + before.length);
      });
      expect(decodeDeleteSet(encodeDeleteSet(ranges))).toEqual(kept);
    }),
    cases(300),
  );
});
