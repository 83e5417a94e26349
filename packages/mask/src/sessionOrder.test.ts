import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionOrder } from './sessionOrder.ts';
import { cases } from './testing/oracle.ts';

test('[M14] sessions compare by rank as by name, in whatever order and company they came', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 }), { maxLength: 6 }),
      (groups) => {
        const order = new SessionOrder();
        for (const group of groups) {
          if (group.length === 1) order.numberOf(group[0]!);
          else order.addAll(group);
        }
        const byRank = order.names
          .map((name) => ({ name, rank: order.ranks[order.numberOf(name)]! }))
          .sort((a, b) => a.rank - b.rank);
        expect(byRank.map(({ rank }) => rank)).toEqual(byRank.map((_, i) => i));
        expect(byRank.map(({ name }) => name)).toEqual([...new Set(groups.flat())].sort());
      },
    ),
    cases(200),
  );
});
