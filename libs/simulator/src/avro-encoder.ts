import {
  RecordEncoder,
  SchemaNotRegistered,
  type RegistryAccess,
  SchemaRegistry,
  subjectOf,
  TOPICS,
  type AvroRecord,
} from '@navora/schemas';
import { ForeignSchema } from './foreign-schema.js';
import type { AvroEncoder } from './reading-body.js';
import { messageOf, SimulatorError } from './simulator-error.js';

/** Its address may not be known. */
type MaybeRegistry = Partial<Pick<RegistryAccess, 'registryUrl' | 'registryCaFile'>>;

const SUBJECT = subjectOf(TOPICS.readings);

/** @throws SimulatorError saying what is missing: the registry's address, the registry, or our schema in it. */
export async function avroEncoder(registry: MaybeRegistry): Promise<AvroEncoder> {
  const encoder = await asking(registry, (known) => RecordEncoder.forTopic(TOPICS.readings, known));
  return (reading) => encoder.encode(reading);
}

/**
 * One for each schema, which need not be ours: what it has no field for goes into `extras`, and extras it has a
 * field for into that.
 *
 * @throws SimulatorError saying what is missing: the registry's address, the registry, or one of these in it.
 */
export function avroEncoders(
  registry: MaybeRegistry,
  schemas: readonly AvroRecord[],
): Promise<AvroEncoder[]> {
  return asking(registry, (known) =>
    Promise.all(
      schemas.map(async (schema, index) => {
        const id = await known.idOf(SUBJECT, JSON.stringify(schema));
        if (id === undefined) {
          throw new SimulatorError(
            `The schema registry at ${known.url} does not hold schema ${index + 1} of those given under ${SUBJECT}: \`navora schemas register\` puts it there.`,
          );
        }
        const foreign = new ForeignSchema(id, schema);
        return (reading) => foreign.encode(reading);
      }),
    ),
  );
}

async function asking<T>(
  registry: MaybeRegistry,
  question: (known: SchemaRegistry) => Promise<T>,
): Promise<T> {
  const { registryUrl, registryCaFile } = registry;
  if (!registryUrl) {
    throw new SimulatorError(
      'Avro needs a schema registry and its address is not known: set NAVORA_REGISTRY_URL, or send JSON only.',
    );
  }
  try {
    return await question(new SchemaRegistry({ registryUrl, registryCaFile }));
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
