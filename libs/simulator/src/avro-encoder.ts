import {
  RecordEncoder,
  SchemaNotRegistered,
  SchemaRegistry,
  subjectOf,
  TOPICS,
  type AvroRecord,
} from '@navora/schemas';
import { ForeignSchema } from './foreign-schema.js';
import type { AvroEncoder } from './reading-body.js';
import { messageOf, SimulatorError } from './simulator-error.js';

const SUBJECT = subjectOf(TOPICS.readings);

/** @throws SimulatorError saying what is missing: the registry's address, the registry, or our schema in it. */
export async function avroEncoder(registryUrl: string | undefined): Promise<AvroEncoder> {
  const encoder = await asking(registryUrl, (registry) => RecordEncoder.forTopic(TOPICS.readings, registry));
  return (reading) => encoder.encode(reading);
}

/**
 * One for each schema, which need not be ours: what it has no field for goes into `extras`, and extras it has a
 * field for into that.
 *
 * @throws SimulatorError saying what is missing: the registry's address, the registry, or one of these in it.
 */
export function avroEncoders(
  registryUrl: string | undefined,
  schemas: readonly AvroRecord[],
): Promise<AvroEncoder[]> {
  return asking(registryUrl, (registry) =>
    Promise.all(
      schemas.map(async (schema, index) => {
        const id = await registry.idOf(SUBJECT, JSON.stringify(schema));
        if (id === undefined) {
          throw new SimulatorError(
            `The schema registry at ${registry.url} does not hold schema ${index + 1} of those given under ${SUBJECT}: \`navora schemas register\` puts it there.`,
          );
        }
        const foreign = new ForeignSchema(id, schema);
        return (reading) => foreign.encode(reading);
      }),
    ),
  );
}

async function asking<T>(
  registryUrl: string | undefined,
  question: (registry: SchemaRegistry) => Promise<T>,
): Promise<T> {
  if (!registryUrl) {
    throw new SimulatorError(
      'Avro needs a schema registry and its address is not known: set NAVORA_REGISTRY_URL, or send JSON only.',
    );
  }
  try {
    return await question(new SchemaRegistry(registryUrl));
  } catch (error) {
    if (error instanceof SimulatorError) throw error;
    if (error instanceof SchemaNotRegistered) {
      throw new SimulatorError(
        `The schema registry at ${registryUrl} does not hold our schema of ${SUBJECT}: register it first, or send JSON only.`,
      );
    }
    throw new SimulatorError(
      `Avro needs the schema registry, and it cannot be asked: ${messageOf(error)}. Start it, or send JSON only.`,
    );
  }
}
