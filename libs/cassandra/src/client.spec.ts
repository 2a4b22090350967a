import { createLogger } from '@navora/runtime';
import type { ClientOptions } from 'cassandra-driver';
import { expect, it } from 'vitest';
import { createCassandra } from './client.js';

it('looks for a lost node every second, however long it is away', () => {
  const client = createCassandra(
    { cassandraContactPoints: ['127.0.0.1'], cassandraPort: 9042, cassandraDataCenter: 'datacenter1' },
    createLogger('test', 'silent'),
  );
  const { options } = client as unknown as { options: ClientOptions };
  const pauses = options.policies?.reconnection?.newSchedule();
  expect(Array.from({ length: 500 }, () => pauses?.next().value)).toEqual(Array(500).fill(1000));
});
