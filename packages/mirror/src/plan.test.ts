import { describe, expect, it } from 'vitest';
import { dividingReplicas, fittingReplicas, type Machine, type PlanRequest, planReplicas } from './plan.ts';

const request: PlanRequest = { strategy: 'mirrored', replicas: 2, hosts: [], batch: 4 };
const eight: Machine = { cores: 8, cards: [] };

describe('a plan', () => {
  it('divides the cores', () => {
    const { places, threads } = planReplicas(request, eight);
    expect(threads).toBe(4);
    expect(places.map(({ host }) => host)).toEqual(['localhost', 'localhost']);
    expect(places[1]!.environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '4' });
    expect(places[1]!.environment).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
  });

  it('gives each replica a card of its own', () => {
    const { places } = planReplicas(request, { cores: 8, cards: ['0', '3'] });
    expect(places.map(({ environment }) => environment.CUDA_VISIBLE_DEVICES)).toEqual(['0', '3']);
  });

  it('fills hosts one after the other, each with its own cards', () => {
    const hosts = ['a', 'b'];
    const wanted = { ...request, strategy: 'multi-worker' as const, replicas: 4, hosts };
    const { places } = planReplicas(wanted, { cores: 8, cards: ['0', '1'] });
    expect(places.map(({ host, environment }) => [host, environment.CUDA_VISIBLE_DEVICES])).toEqual([
      ['a', '0'],
      ['a', '1'],
      ['b', '0'],
      ['b', '1'],
    ]);
  });

  it('adds a process that serves to the workers of a parameter server, without a card', () => {
    const wanted = { ...request, strategy: 'parameter-server' as const, batch: 3 };
    const { places } = planReplicas(wanted, { cores: 8, cards: ['0', '1'] });
    expect(places.map(({ environment }) => environment.CUDA_VISIBLE_DEVICES)).toEqual(['', '0', '1']);
  });

  it.each([
    ['TOO_MANY_REPLICAS', { replicas: 16, batch: 16 }, eight],
    ['TOO_MANY_REPLICAS', { replicas: 2 }, { cores: 8, cards: ['0'] }],
    ['BATCH_NOT_DIVIDED', { batch: 3 }, eight],
    ['TPU_UNREACHABLE', { strategy: 'tpu' }, eight],
    ['HOSTS_MISSING', { strategy: 'multi-worker' }, eight],
    ['HOSTS_UNUSED', { hosts: ['a', 'b'] }, eight],
    ['HOSTS_UNEVEN', { strategy: 'multi-worker', hosts: ['a', 'b', 'c'] }, eight],
  ] as const)('is refused with %s', (code, changes, machine) => {
    expect(() => planReplicas({ ...request, ...changes }, machine)).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it('takes as many replicas as divide the batch', () => {
    expect([
      dividingReplicas(4, 3),
      dividingReplicas(4, 16),
      dividingReplicas(5, 4),
      dividingReplicas(2, 2),
    ]).toEqual([2, 4, 1, 2]);
  });

  it('left to itself leaves as little idle as the batch allows', () => {
    const fit = (batch: number, cores: number, cards: string[] = [], hosts = 1) =>
      fittingReplicas(batch, { cores, cards }, hosts);
    expect([fit(4, 2), fit(4, 16), fit(4, 6), fit(5, 2), fit(4, 3)]).toEqual([2, 4, 2, 1, 1]);
    expect([fit(4, 8, ['0', '1']), fit(4, 8, ['0', '1', '2']), fit(8, 2, [], 2)]).toEqual([2, 2, 4]);
  });
});
