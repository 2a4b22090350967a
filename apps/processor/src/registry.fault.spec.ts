import { aReading, eventually, type ServiceProcess } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MoodyRegistry, type Mood } from './testing/moody-registry.js';
import { aNewSchema, ofSchema } from './testing/new-schemas.js';
import { ProcessorRig } from './testing/processor-rig.js';
import { expectParkedWhile } from './testing/registry-trouble.js';

const GRACE_MS = 4000;
let rig: ProcessorRig;
let registry: MoodyRegistry;
let processor: ServiceProcess;
beforeAll(async () => {
  rig = await ProcessorRig.create();
  registry = new MoodyRegistry(rig.endpoints.registryUrl);
  await registry.listen();
}, 60_000);
afterAll(async () => {
  await rig.drop();
  registry.close();
}, 60_000);

const rowsOf = async (vehicleId: string) => (await rig.rows()).filter((row) => row.vehicleId === vehicleId);
const lettersOf = async (vehicleId: string) =>
  (await rig.deadLetters()).filter((letter) => letter.vehicleId === vehicleId);

it('P18: the registry away at the start: the processor waits for it, not ready and alive', async () => {
  registry.mood = 'refusing';
  processor = await rig.launch({
    NAVORA_REGISTRY_URL: registry.url,
    NAVORA_SCHEMA_GRACE_MS: String(GRACE_MS),
  });
  await processor.untilItSays('waiting_for_service');
  expect([await processor.isAlive(), await processor.isReady()], 'I13').toEqual([true, false]);
  registry.mood = 'well';
  await eventually('ready', () => processor.isReady(), { withinMs: 60_000 });
  await rig.sendReadings(aReading({ vehicleId: 'warm' }));
  await rig.untilAllIsCommitted();
});

it.each<Mood>(['failing', 'a stranger who finds nothing'])(
  'P18: the registry %s: what is known goes on, what is not is parked beyond its age, and found in the end',
  (mood) => expectParkedWhile(mood, { rig, registry, processor, graceMs: GRACE_MS }),
  120_000,
);

it('P18: an id that the registry does not have ends in the dead letters with its age, and its vehicle goes on', async () => {
  const [unknown, old] = [987_654_321, Date.now() - 10 * GRACE_MS];
  await rig.send(ofSchema(rig, unknown, 'unknown', old), rig.record(aReading({ vehicleId: 'unknown' })));
  await rig.untilAllIsCommitted();
  expect(await lettersOf('unknown')).toMatchObject([
    { reason: 'unknown-schema', error: expect.stringMatching(/no schema 987654321, .* 4\d s old/) },
  ]);
  expect(await rowsOf('unknown')).toHaveLength(1);
});

it('P18: an id that appears within the grace time is stored, in order', async () => {
  const known = await aNewSchema(rig);
  const soon = known + 1; // the registry counts
  await rig.send(ofSchema(rig, soon, 'soon'));
  await rig.sendReadings(aReading({ vehicleId: 'soon' }));
  await eventually('parked', async () => (await processor.metric('navora_processor_parked_records')) === 2);
  expect(await aNewSchema(rig)).toBe(soon);
  await rig.untilAllIsCommitted();
  expect(await rowsOf('soon')).toHaveLength(2);
  expect(await lettersOf('soon')).toEqual([]);
});
