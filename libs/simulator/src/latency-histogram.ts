const FINEST_MS = 0.01;
const GROWTH = 1.04;
const BUCKETS = 480;
const LOG_GROWTH = Math.log(GROWTH);

export interface Quantiles {
  p50: number;
  p99: number;
  max: number;
}

/** Latencies in buckets that grow by 4 %, so that a quantile is at most 4 % too high, whatever the run's length. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  record(ms: number): void {
    const bucket = ms <= FINEST_MS ? 0 : Math.ceil(Math.log(ms / FINEST_MS) / LOG_GROWTH);
    const index = Math.min(BUCKETS - 1, bucket);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  add(other: LatencyHistogram): void {
    other.#counts.forEach((count, index) => {
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    });
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#max = 0;
  }

  /** @param share 0-1. @returns ms, or undefined if nothing was recorded. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    const index = this.#counts.findIndex((count) => (seen += count) >= rank);
    return Math.min(this.#max, FINEST_MS * GROWTH ** index);
  }

  quantiles(): Quantiles | undefined {
    const p50 = this.quantile(0.5);
    const p99 = this.quantile(0.99);
    return p50 === undefined || p99 === undefined ? undefined : { p50, p99, max: this.#max };
  }
}

/** The latencies of the last seconds: one histogram per second, the oldest given up first. */
export class RecentLatencies {
  readonly #seconds: LatencyHistogram[];
  #current = 0;

  constructor(seconds: number) {
    this.#seconds = Array.from({ length: seconds }, () => new LatencyHistogram());
  }

  /** @param now in ms, from any fixed point; never goes back. */
  record(ms: number, now: number): void {
    this.#moveTo(now).record(ms);
  }

  quantiles(now: number): Quantiles | undefined {
    this.#moveTo(now);
    const all = new LatencyHistogram();
    for (const second of this.#seconds) all.add(second);
    return all.quantiles();
  }

  #moveTo(now: number): LatencyHistogram {
    const second = Math.floor(now / 1000);
    const outdated = Math.min(second - this.#current, this.#seconds.length);
    for (let back = 0; back < outdated; back++) this.#at(second - back).clear();
    this.#current = second;
    return this.#at(second);
  }

  #at(second: number): LatencyHistogram {
    const histogram = this.#seconds[second % this.#seconds.length];
    if (!histogram) throw new RangeError('recent latencies need at least one second');
    return histogram;
  }
}
