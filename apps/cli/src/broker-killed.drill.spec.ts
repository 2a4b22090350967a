import type { DrillReport } from '@navora/drill';
import { realServices } from '@navora/testing';
import { expect, it } from 'vitest';
import { navora } from './services.fixture.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

it(`B6: the MQTT broker killed four times under load, with and without persistence, seed ${SEED}: what the bridge acknowledged is safe, and what the broker lost is told apart`, async () => {
  const { stack } = realServices();
  if (!stack) throw new Error('this test kills the MQTT broker: it needs a local stack');
  const faults = ['--only', 'B6', '--kills', '4', '--seed', String(SEED)];
  const load = ['--minutes', '1.5', '--rate', '1000', '--vehicles', '300'];
  const { code, stdout, stderr } = await navora('drill', '--stack', stack, ...faults, ...load, '--json');
  expect(stdout, stderr).toMatch(/^\{/);
  const { acknowledged, audit, breaches, injections, lostByBroker } = JSON.parse(stdout) as DrillReport;
  process.stdout.write(
    `${injections.map(({ what }) => what).join('\n')}\n` +
      `acknowledged by the broker ${lostByBroker?.acknowledgedByBroker}, lost by it ${lostByBroker?.lost}; ` +
      `acknowledged by the bridge ${acknowledged}, in Kafka ${audit.totals.inKafka}\n`,
  );

  expect(breaches, stderr).toEqual([]);
  expect(code).toBe(0);
  const withoutDisk = injections.filter(({ what }) => what.includes('back without what was on its disk'));
  expect([injections.length, withoutDisk.length]).toEqual([4, 2]);
  const { acknowledgedByBroker = 0, lost = 0 } = lostByBroker ?? {};
  expect(acknowledgedByBroker - lost, 'every acknowledgement is either counted on or told as lost').toBe(
    acknowledged,
  );
}, 600_000);
