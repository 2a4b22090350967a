import { readingSchema, SchemaRegistry, subjectOf } from '@navora/schemas';
import { aReading, ownName } from '@navora/testing';
import type { ProcessorRig, Sent } from './processor-rig.js';

/** A version of the reading with a field of its own, registered now. */
export async function aNewSchema(rig: ProcessorRig): Promise<number> {
  const field = { name: ownName('sensor'), type: ['null', 'double'], default: null };
  const schema = { ...readingSchema, fields: [...readingSchema.fields, field] };
  return new SchemaRegistry(rig.endpoints.registryUrl).register(
    subjectOf(ownName('other')),
    JSON.stringify(schema),
  );
}

/** The body of a reading as a newer producer writes it: one more field, which is null. */
export function ofSchema(
  rig: ProcessorRig,
  schemaId: number,
  vehicleId: string,
  timestamp = Date.now(),
): Sent {
  const { value, ...record } = rig.record(aReading({ vehicleId }), { timestamp }, schemaId);
  return { ...record, value: Buffer.concat([value as Buffer, Buffer.of(0)]) };
}
