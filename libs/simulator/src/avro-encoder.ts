import { RecordEncoder, SchemaNotRegistered, SchemaRegistry, subjectOf, TOPICS } from '@navora/schemas';
import type { AvroEncoder } from './reading-body.js';
import { messageOf, SimulatorError } from './simulator-error.js';

/** @throws SimulatorError saying what is missing: the registry's address, the registry, or our schema in it. */
export async function avroEncoder(registryUrl: string | undefined): Promise<AvroEncoder> {
  if (!registryUrl) {
    throw new SimulatorError(
      'Avro needs a schema registry and its address is not known: set NAVORA_REGISTRY_URL, or send JSON only.',
    );
  }
  try {
    const encoder = await RecordEncoder.forTopic(TOPICS.readings, new SchemaRegistry(registryUrl));
    return (reading) => encoder.encode(reading);
  } catch (error) {
    if (error instanceof SchemaNotRegistered) {
      throw new SimulatorError(
        `The schema registry at ${registryUrl} does not hold our schema of ${subjectOf(TOPICS.readings)}: register it first, or send JSON only.`,
      );
    }
    throw new SimulatorError(
      `Avro needs the schema registry, and it cannot be asked: ${messageOf(error)}. Start it, or send JSON only.`,
    );
  }
}
