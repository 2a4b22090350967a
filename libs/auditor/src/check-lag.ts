import type { Check } from './check.js';

export const lag: Check = {
  name: 'lag',
  invariant: 'I9',
  promise: 'the consumers catch up',
  *find({ evidence }) {
    for (const { group, topic, partition, committed, end } of evidence.lags) {
      const where = {
        at: `${topic}/${partition}`,
        expected: `committed ${end}`,
        found: `committed ${committed}`,
      };
      yield { what: `${group} is ${end - committed} records behind`, ...where };
    }
  },
};
