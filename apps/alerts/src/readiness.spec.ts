import type { KafkaStrategy, ProduceLane } from '@navora/kafka';
import { expect, it } from 'vitest';
import { Readiness } from './readiness.js';

const well = { healthy: true };

function readinessWith(assigned: boolean, { fresh = true, fetching = true } = {}): Readiness {
  const readiness = new Readiness({ waitingFor: undefined }, well);
  readiness.watch({
    ...{ probe: well, lessons: well, lane: well as ProduceLane },
    fences: { fresh },
    strategy: { group: { assigned, fetching } } as KafkaStrategy,
  });
  return readiness;
}

it('I13: not ready while the group has given it no partition, and ready once it has', () => {
  expect(readinessWith(false).notReadyBecause()).toEqual(['the consumer group has given us no partition']);
  expect(readinessWith(true).notReadyBecause()).toEqual([]);
});

it('I13: not ready while Kafka leaves its fetches without an answer', () => {
  expect(readinessWith(true, { fetching: false }).notReadyBecause()).toEqual(['Kafka answers no fetch']);
});

it('not ready while nobody can tell which vehicles are erased', () => {
  expect(readinessWith(true, { fresh: false }).notReadyBecause()).toEqual([
    'nobody can tell which vehicles are erased',
  ]);
});
