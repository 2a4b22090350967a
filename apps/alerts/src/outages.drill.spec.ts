import { setTimeout as pause } from 'node:timers/promises';
import { FaultyLink } from '@navora/faults';
import { eventually } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { manySignals, repeatedly, seeded } from './testing/many-signals.js';
import { servicesOf } from './testing/real-services.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

let rig: AlertsRig;
let link: FaultyLink;
beforeAll(async () => {
  rig = await AlertsRig.create(process.env);
  const { cassandraContactPoints, cassandraPort } = servicesOf(process.env);
  link = await FaultyLink.to(cassandraContactPoints[0] ?? '127.0.0.1', cassandraPort);
}, 60_000);
afterAll(async () => {
  await link.close();
  await rig.drop();
}, 60_000);

it(`A3: keeps its alerts while Cassandra is cut off and its answers are lost (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const signals = manySignals(9000, 60, random);
  await rig.topic.send(repeatedly(signals, random));
  const [group] = rig.groups;
  const service = await rig.start(group, {
    NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
    NAVORA_CASSANDRA_PORT: String(link.port),
    NAVORA_MAX_IN_FLIGHT: '8',
  });
  await service.untilItSays('group_joined');
  for (let fault = 0; fault < 4; fault++) {
    await pause(200 + random() * 600); // somewhere in its work
    if (fault % 2 === 0) link.loseAnswers();
    else link.refuse();
    await pause(500 + random() * 1500);
    link.heal();
  }
  await rig.untilAllIsCommitted(group);
  expect(link.connections).toBeGreaterThan(1);
  expect(service.said).toContain('operation_repeated');
  expect(await service.end('SIGTERM'), service.said.slice(-2000)).toBe(0);
  await rig.expectAlertsOf(signals);
}, 240_000);

it('A3: Cassandra frozen: not ready within seconds though idle, nothing committed, and it goes on by itself', async () => {
  const own = await AlertsRig.create(process.env);
  try {
    const [group] = own.groups;
    const service = await own.start(group, {
      NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
      NAVORA_CASSANDRA_PORT: String(link.port),
    });
    await eventually('ready', () => service.isReady(), { withinMs: 60_000 });
    link.freeze();
    await eventually('I13: not ready', async () => !(await service.isReady()), { withinMs: 15_000 });
    expect(await service.isAlive(), 'I13').toBe(true);
    const signals = manySignals(500, 20, seeded(SEED));
    await own.topic.send(signals);
    await eventually('intake', async () => (await service.metric('navora_alerts_unresolved')) > 0);
    expect(await own.topic.uncommitted(group), 'I5').toBe(signals.length);
    link.heal();
    await own.untilAllIsCommitted(group);
    await own.expectAlertsOf(signals);
    expect(await service.end('SIGTERM'), 'I11').toBe(0);
  } finally {
    link.heal();
    await own.drop();
  }
}, 180_000);

it('W2: SIGTERM under load: exit code 0 within the grace time, and all that was done is committed', async () => {
  const own = await AlertsRig.create(process.env);
  try {
    const [group] = own.groups;
    const signals = manySignals(20_000, 100, seeded(SEED + 2));
    await own.topic.send(signals);
    const first = await own.start(group, { NAVORA_COMMIT_INTERVAL_MS: '60000' });
    await eventually('work under way', async () => (await first.metric('navora_alerts_signals_total')) > 0, {
      withinMs: 60_000,
    });
    const start = Date.now();
    expect(await first.end('SIGTERM'), 'I11').toBe(0);
    expect(Date.now() - start, 'I11').toBeLessThan(25_000);
    const left = await own.topic.uncommitted(group);
    expect(left, 'I11: what it took over is committed').toBeLessThan(signals.length);

    const second = await own.start(group);
    await eventually('the second at work', () => second.isReady(), { withinMs: 60_000 });
    await own.untilAllIsCommitted(group);
    // Whatever the first had done and not committed would be a replay to the second.
    expect(await second.metric('navora_alerts_signals_total'), 'I11').toBe(left);
    await own.expectAlertsOf(signals);
    expect(await second.end('SIGTERM'), 'I11').toBe(0);
  } finally {
    await own.drop();
  }
}, 180_000);
