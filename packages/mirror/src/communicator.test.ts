import { describe, expect, it, vi } from 'vitest';
import { mpiIsMissing, startJob } from './testing/ranks.ts';

vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(mpiIsMissing)('ranks', () => {
  it.each([
    ['on one machine', ['localhost', 'localhost', 'localhost']],
    ['on two hosts', ['127.0.0.1', '127.0.0.1', '127.0.0.2']],
  ])('add, copy, gather and send, %s', async (_, hosts) => {
    const job = await startJob({ hosts, scenario: ['talk'] });
    const { code } = await job.ended;
    expect({ code, other: job.other }).toEqual({ code: 0, other: [] });
    const byRank = job.said.filter((said) => 'rank' in said).sort((a, b) => a.rank - b.rank);
    const alike = { size: 3, summed: [6, 1.5, -3], copied: [2, 2, 2], isLargeRight: true, nothingLeft: true };
    expect(byRank).toEqual([
      { rank: 0, reduced: [1], ...alike },
      { rank: 1, reduced: [111], ...alike },
      { rank: 2, reduced: [100], ...alike },
    ]);
    expect(job.said.find((said) => 'known' in said)).toEqual({
      known: [
        [0, 7],
        [1, 7],
        [2, 7],
      ],
      letters: [
        [1, 1, 100],
        [2, 2, 200],
      ],
    });
  });
});
