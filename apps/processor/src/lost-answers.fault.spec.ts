import { FaultyLink } from '@navora/faults';
import { aReading, eventually } from '@navora/testing';
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

it('P9: answers of conditional writes are lost: what happened is found out, and each reading is one row', async () => {
  const processor = await rig.start(throughLink());
  const sent = readings(300, 20);
  link.loseAnswers();
  await rig.sendReadings(...sent);
  await eventually('writes whose answer was lost', async () => processor.said.includes('store_failed'), {
    withinMs: 40_000,
  });
  expect(await rig.uncommitted(), 'I5').toBe(sent.length);
  link.heal();
  await rig.untilAllIsCommitted();
  await expectWhole(sent);
  expect((await rig.deadLetters()).length).toBe(0);
  expect(await processor.end('SIGTERM')).toBe(0);
}, 180_000);

it('P12: Cassandra cut off: nothing committed, and it goes on by itself', async () => {
  const processor = await rig.start(throughLink());
  link.refuse();
  const sent = readings(300, 20);
  await rig.sendReadings(...sent);
  await eventually('failed writes', async () => processor.said.includes('store_failed'), {
    withinMs: 30_000,
  });
  await eventually('not ready', async () => !(await processor.isReady()), { withinMs: 15_000 });
  expect(await rig.uncommitted(), 'I5').toBe(sent.length);
  link.heal();
  await rig.untilAllIsCommitted();
  await expectWhole(sent);
}, 180_000);
