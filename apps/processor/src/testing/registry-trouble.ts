import { aReading, eventually, ownName, type ServiceProcess } from '@navora/testing';
import { expect } from 'vitest';
import type { Mood, MoodyRegistry } from './moody-registry.js';
import { aNewSchema, ofSchema } from './new-schemas.js';
import type { ProcessorRig } from './processor-rig.js';

export interface Troubled {
  rig: ProcessorRig;
  registry: MoodyRegistry;
  processor: ServiceProcess;
  graceMs: number;
}

/** What is known goes on, what is not is parked beyond its age, and found in the end. */
export async function expectParkedWhile(
  mood: Mood,
  { rig, registry, processor, graceMs }: Troubled,
): Promise<void> {
  const rowsOf = async (vehicleId: string) => (await rig.rows()).filter((row) => row.vehicleId === vehicleId);
  const vehicle = ownName('parked');
  registry.mood = mood;
  const schemaId = await aNewSchema(rig);
  const asked = registry.asked;
  const old = Date.now() - 10 * graceMs;
  await rig.send(ofSchema(rig, schemaId, vehicle, old), ofSchema(rig, schemaId, vehicle, old));
  await rig.sendReadings(aReading({ vehicleId: vehicle }));
  await eventually('two questions', () => registry.asked >= asked + 2, { withinMs: 30_000 });
  const other = ownName('other');
  await rig.sendReadings(
    ...Array.from({ length: 20 }, (_, i) => aReading({ vehicleId: other, sequence: i })),
  );
  await eventually('the other vehicle', async () => (await rowsOf(other)).length === 20);
  expect(await rowsOf(vehicle)).toEqual([]);
  expect(await processor.metric('navora_processor_parked_records')).toBe(3);
  expect(await processor.metric('navora_processor_parked_vehicles')).toBe(1);
  registry.mood = 'well';
  await rig.untilAllIsCommitted();
  expect(await rowsOf(vehicle)).toHaveLength(3);
  expect((await rig.deadLetters()).filter((letter) => letter.vehicleId === vehicle)).toEqual([]);
  expect(await processor.metric('navora_processor_parked_records')).toBe(0);
}
