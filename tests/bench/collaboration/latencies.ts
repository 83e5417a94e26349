/** Millions of latencies in a few kilobytes: buckets that grow by half a per cent. Knows no unit but milliseconds. */

const LEAST_MS = 0.01;
const GROWTH = Math.log(1.005);

export interface LatencyBuckets {
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

export interface Percentiles {
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

export class Latencies {
  private readonly counts = new Map<number, number>();
  private total = 0;

  static from({ buckets }: LatencyBuckets): Latencies {
    return new Latencies().take({ buckets });
  }

  add(ms: number): void {
    const bucket = ms <= LEAST_MS ? 0 : Math.ceil(Math.log(ms / LEAST_MS) / GROWTH);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
    this.total++;
  }

  take({ buckets }: LatencyBuckets): this {
    for (const [bucket, count] of buckets) {
      this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
      this.total += count;
    }
    return this;
  }

  get samples(): number {
    return this.total;
  }

  /** Upper end of the bucket that holds this share of the samples; NaN where there are none. */
  at(share: number): number {
    let left = Math.ceil(share * this.total);
    if (left === 0) return Number.NaN;
    for (const [bucket, count] of [...this.counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return LEAST_MS * Math.exp(bucket * GROWTH);
    }
    throw new Error(`A share of at most 1 was expected, got ${share}.`);
  }

  /** Undefined where nothing was measured. */
  percentiles(): Percentiles | undefined {
    if (this.total === 0) return undefined;
    return {
      samples: this.total,
      p50: this.at(0.5),
      p95: this.at(0.95),
      p99: this.at(0.99),
      most: this.at(1),
    };
  }

  toBuckets(): LatencyBuckets {
    return { buckets: [...this.counts] };
  }
}
