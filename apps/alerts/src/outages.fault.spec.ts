import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { FaultyProxy } from './testing/faulty-proxy.js';
import { manySignals, repeatedly, seeded } from './testing/many-signals.js';
import { servicesOf } from './testing/real-services.js';
import { alertsOf } from './testing/signal-streams.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

let rig: AlertsRig;
let proxy: FaultyProxy;
beforeAll(async () => {
  rig = await AlertsRig.create(process.env);
  const { cassandraContactPoints, cassandraPort } = servicesOf(process.env);
  proxy = await FaultyProxy.to(cassandraContactPoints[0] ?? '127.0.0.1', cassandraPort);
}, 60_000);
afterAll(async () => {
  await proxy.close();
  await rig.drop();
}, 60_000);

it(`keeps its alerts while Cassandra is cut off and its answers are lost (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const signals = manySignals(9000, 60, random);
  await rig.topic.send(repeatedly(signals, random));
  const [group] = rig.groups;
  const service = await rig.start(group, {
    NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
    NAVORA_CASSANDRA_PORT: String(proxy.port),
    NAVORA_MAX_IN_FLIGHT: '8',
  });
  await service.untilItSays('group_joined');
  for (let fault = 0; fault < 4; fault++) {
    await pause(200 + random() * 600); // somewhere in its work
    if (fault % 2 === 0) proxy.loseAnswers();
    else proxy.cut();
    await pause(500 + random() * 1500);
    proxy.heal();
  }
  await rig.untilAllIsCommitted(group);
  expect(proxy.connections).toBeGreaterThan(1);
  expect(service.said).toContain('operation_repeated');
  expect(await service.end('SIGTERM'), service.said.slice(-2000)).toBe(0);
  await rig.expectAlerts(alertsOf(signals));
}, 240_000);
