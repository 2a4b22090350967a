import type { Witness } from './check.js';
import type { Circumstances } from './evidence.js';

export const LAG = { name: 'lag', invariant: 'I9', promise: 'the consumers catch up' } as const;

export function* lagging({ lags }: Circumstances): Iterable<Witness> {
  for (const { group, topic, partition, committed, end } of lags) {
    const where = {
      at: `${topic}/${partition}`,
      expected: `committed ${end}`,
      found: `committed ${committed}`,
    };
    yield { what: `${group} is ${end - committed} records behind`, ...where };
  }
}
