import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { realServices } from '@navora/testing';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openBenchStack, type BenchStack } from '../bench-stack.js';
import { measureWholeWay } from './measure.js';
import { NAVORA, startWholeWay } from './sides.js';

it('what a fleet sends live becomes rows, and alerts where it breaches, and each is seen and compared', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'navora-whole-way-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const stack = await openBenchStack(realServices(), {});
  onTestFinished(() => stack.close());
  await makeDeadLettersTopic(stack);
  const started = await startWholeWay(NAVORA, stack, folder);
  onTestFinished(() => started.stop());
  const workload = { ratePerSecond: 300, vehicles: 100, warmUpSeconds: 2, measuredSeconds: 4 };
  const figures = await measureWholeWay(stack, { ...started, ...NAVORA }, workload);
  expect(figures).toMatchObject({
    ...{ unacknowledged: 0, refused: {} },
    records: { lost: 0, doubled: 0, outOfOrder: 0 },
    rows: { lost: 0, doubled: 0, altered: 0 },
    alerts: { lost: 0, doubled: 0, invented: 0 },
    toVehicle: { count: 1200 },
    toRow: { missed: 0, afterMs: { count: 100 } },
    toAlert: { missed: 0 },
  });
  expect(figures.alerts?.expected).toBeGreaterThan(50);
  expect(Object.keys(figures.loopDelaysMs).sort()).toEqual(['alerts', 'mqtt-bridge', 'processor']);
});

/** The alerts service buries in the usual topic, whatever the others are called. */
async function makeDeadLettersTopic({ admin }: BenchStack): Promise<void> {
  const topic = TOPICS.deadLetters;
  const { partitions, settings } = TOPIC_LAYOUT[topic];
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
  });
}
