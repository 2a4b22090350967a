import { FaultyLink } from '@navora/faults';
import { aReading, eventually, type ServiceProcess } from '@navora/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProcessorRig } from './testing/processor-rig.js';

let rig: ProcessorRig;
let link: FaultyLink;
beforeEach(async () => {
  rig = await ProcessorRig.create();
  const { cassandraContactPoints, cassandraPort } = rig.endpoints;
  link = await FaultyLink.to(cassandraContactPoints[0] ?? '127.0.0.1', cassandraPort);
}, 60_000);
afterEach(async () => {
  await rig.drop();
  await link.close();
}, 60_000);

const throughLink = () => ({
  NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
  NAVORA_CASSANDRA_PORT: String(link.port),
});

let sequence = 0;
const readings = (count: number, vehicles: number) =>
  Array.from({ length: count }, (_, i) =>
    aReading({ vehicleId: `v${i % vehicles}`, recordedAt: Date.now() - count + i, sequence: sequence++ }),
  );

/** Each reading once in the table, signalled at least once, and in its vehicle's order when first. */
async function expectWhole(sent: { messageId: string; vehicleId: string }[]): Promise<void> {
  const idsOf = (list: { messageId: string }[]) => list.map(({ messageId }) => messageId);
  expect(idsOf(await rig.rows()).sort(), 'I1, I3').toEqual(idsOf(sent).sort());
  const firsts = new Map<string, Set<string>>();
  for (const { vehicleId, messageId } of await rig.signals())
    firsts.set(vehicleId, (firsts.get(vehicleId) ?? new Set()).add(messageId));
  const expected = new Map<string, Set<string>>();
  for (const { vehicleId, messageId } of sent)
    expected.set(vehicleId, (expected.get(vehicleId) ?? new Set()).add(messageId));
  for (const [vehicle, ids] of expected)
    expect([...(firsts.get(vehicle) ?? [])], `I4 of ${vehicle}`).toEqual([...ids]);
}

it('P12: Cassandra frozen: not ready within seconds, nothing committed, memory bounded, and it goes on by itself', async () => {
  const processor = await rig.start({ ...throughLink(), NAVORA_MAX_UNRESOLVED: '500' });
  const first = readings(50, 10);
  await rig.sendReadings(...first);
  await rig.untilAllIsCommitted();
  link.freeze();
  await eventually('I13: not ready, though idle', async () => !(await processor.isReady()), {
    withinMs: 15_000,
  });
  expect(await processor.isAlive(), 'I13').toBe(true);

  const before = processor.residentBytes;
  const sent = readings(4000, 100);
  await rig.sendReadings(...sent);
  await eventually('intake', async () => (await processor.metric('navora_processor_unresolved')) >= 500);
  await pause(5000); // an outage lasts
  expect(await rig.uncommitted(), 'I5').toBe(sent.length);
  // A fetch brings a batch of each partition; they are taken over one at a time while there is room.
  expect(await processor.metric('navora_processor_unresolved'), 'I10').toBeLessThan(1500);
  expect(processor.residentBytes - before, 'I10').toBeLessThan(100 * 1024 * 1024);

  link.heal();
  await rig.untilAllIsCommitted();
  await eventually('ready again', () => processor.isReady(), { withinMs: 30_000 });
  await expectWhole([...first, ...sent]);
}, 180_000);

it('P17: without the topic of dead letters nothing of a bad record is committed, until it is there', async () => {
  const processor = await rig.start();
  await rig.admin.deleteTopics({ topics: [rig.topics.deadLetters] });
  await rig.send({ key: 'bad', value: Buffer.from('no reading') });
  await eventually('failed produce requests', async () => processor.said.includes('produce_failed'), {
    withinMs: 60_000,
  });
  expect(await rig.uncommitted(), 'I5').toBe(1);
  await eventually('not ready', async () => !(await processor.isReady()), { withinMs: 15_000 });
  await rig.createTopic('deadLetters');
  await rig.untilAllIsCommitted(rig.group, 90_000);
  expect(await rig.deadLetters()).toMatchObject([{ reason: 'malformed-body', vehicleId: 'bad' }]);
}, 180_000);

it('P15, P16: killed between store and publish, and between publish and commit: each signal is there, and says the same', async () => {
  await rig.admin.deleteTopics({ topics: [rig.topics.signals] });
  await rig.createTopic('signals');
  const sent = readings(100, 10);
  let processor: ServiceProcess = await rig.start({ NAVORA_COMMIT_INTERVAL_MS: '60000' });
  await rig.admin.deleteTopics({ topics: [rig.topics.signals] });
  await rig.sendReadings(...sent);
  await eventually('all rows', async () => (await rig.rows()).length === sent.length, { withinMs: 60_000 });
  expect(await processor.end('SIGKILL')).toBeNull();
  expect(await rig.uncommitted(), 'I5').toBe(sent.length);
  const stored = await rig.rows();

  await rig.createTopic('signals');
  processor = await rig.start({ NAVORA_COMMIT_INTERVAL_MS: '60000' });
  await eventually('all signals', async () => (await rig.signals()).length >= sent.length, {
    withinMs: 60_000,
  });
  expect(await processor.end('SIGKILL')).toBeNull();
  expect(await rig.uncommitted(), 'I5').toBe(sent.length);

  await rig.start();
  await rig.untilAllIsCommitted();
  await expectWhole(sent);
  expect(await rig.rows(), 'I3').toEqual(stored);
  const said = new Set((await rig.signals()).map((signal) => JSON.stringify(signal)));
  expect(said.size, 'I7: every repetition of a signal says the same').toBe(sent.length);
}, 240_000);

it('W2: SIGTERM under load: exit code 0 within the grace time, and nothing it did is done again', async () => {
  const sent = readings(6000, 200);
  const sending = (async () => {
    for (let at = 0; at < sent.length; at += 200) await rig.sendReadings(...sent.slice(at, at + 200));
  })();
  const processor = await rig.start({ NAVORA_DRAIN_TIMEOUT_MS: '20000' });
  await eventually(
    'work under way',
    async () => (await processor.metric('navora_processor_readings_total')) > 200,
  );
  const start = Date.now();
  expect(await processor.end('SIGTERM'), 'I11').toBe(0);
  expect(Date.now() - start, 'I11').toBeLessThan(25_000);
  await sending;

  const done = (await rig.signals()).length;
  expect(await rig.uncommitted(), 'I11: all it did is committed').toBe(sent.length - done);
  await rig.start();
  await rig.untilAllIsCommitted();
  await expectWhole(sent);
  expect((await rig.signals()).length, 'I11: no duplicate was caused').toBe(sent.length);
}, 240_000);
