import { frameAvro, readingSchema, SchemaRegistry, subjectOf, TOPICS, type Reading } from '@navora/schemas';
import avsc from 'avsc';

/** What some of the vehicles write with after an update: the schema of readings, and two measurements more. */
export interface NewerSchema {
  id: number;
  type: avsc.Type;
}

const SCHEMA = {
  ...readingSchema,
  fields: [
    ...readingSchema.fields,
    { name: 'oilPressureKpa', type: ['null', 'double'], default: null },
    { name: 'adBluePercent', type: ['null', 'double'], default: null },
  ],
};

export const newerType = avsc.Type.forSchema(SCHEMA as avsc.Schema);

export async function registerNewerSchema(registryUrl: string): Promise<NewerSchema> {
  const registry = new SchemaRegistry(registryUrl);
  const id = await registry.register(subjectOf(TOPICS.readings), JSON.stringify(SCHEMA));
  return { id, type: newerType };
}

/** A reading as a vehicle with the newer schema sends it. */
export function newerBody({ id, type }: NewerSchema, reading: Reading): Buffer {
  return frameAvro(id, type, { ...reading, oilPressureKpa: 310.5, adBluePercent: 71 });
}
