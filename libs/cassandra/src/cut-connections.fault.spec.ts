import { FaultyLink } from '@navora/faults';
import { createLogger } from '@navora/runtime';
import { eventually, realServices } from '@navora/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createCassandra } from './client.js';

const CUTS = 60;

it('P12: connections cut again and again while the driver looks for the cluster end nothing, and it finds it', async () => {
  const { cassandraContactPoints, cassandraPort, cassandraDataCenter } = realServices();
  const link = await FaultyLink.to(cassandraContactPoints[0] ?? '127.0.0.1', cassandraPort);
  onTestFinished(() => link.close());
  const unhandled: unknown[] = [];
  const keep = (error: unknown) => void unhandled.push(error);
  process.prependListener('unhandledRejection', keep);
  onTestFinished(() => void process.off('unhandledRejection', keep));

  const client = createCassandra(
    { cassandraContactPoints: ['127.0.0.1'], cassandraPort: link.port, cassandraDataCenter },
    createLogger('test', 'silent'),
  );
  onTestFinished(() => client.shutdown());
  await client.connect();
  const ask = () => client.execute('SELECT release_version FROM system.local');
  for (let cut = 0; cut < CUTS; cut++) {
    link.cutAfterAnswerBytes(Math.random() * 6000);
    void ask().catch(() => undefined);
    await pause(Math.random() * 300);
    if (cut % 3 === 0) link.reset();
  }
  link.heal();
  await eventually(
    'an answer',
    () =>
      ask().then(
        () => true,
        () => false,
      ),
    { withinMs: 30_000 },
  );
  expect(unhandled).toEqual([]);
}, 90_000);
