/** Of a set of latencies, in ms; null when there are none. */
export interface Quantiles {
  count: number;
  p50: number | null;
  p99: number | null;
  /** Null with fewer than a thousand: it would be a guess. */
  p999: number | null;
  max: number | null;
}

const ENOUGH_FOR_P999 = 1000;

/** Exact, by nearest rank. @param latencies is sorted by this */
export function quantilesOf(latencies: Float64Array): Quantiles {
  const sorted = latencies.sort();
  const { length } = sorted;
  const at = (share: number) =>
    length === 0 ? null : rounded(sorted[Math.ceil(share * length) - 1] as number);
  return {
    count: length,
    p50: at(0.5),
    p99: at(0.99),
    p999: length < ENOUGH_FOR_P999 ? null : at(0.999),
    max: at(1),
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
