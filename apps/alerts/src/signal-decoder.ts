import avsc, { type Type } from 'avsc';
import {
  isStorableTime,
  isVehicleId,
  parseMessageId,
  rejected,
  SCHEMA_OF_TOPIC,
  schemaIdOf,
  TOPICS,
  WIRE_PREFIX_BYTES,
  type Rejection,
  type SchemaSource,
  type Signal,
} from '@navora/schemas';

/** `schemaPending`: nobody can tell until the registry has been asked for that schema. */
export type DecodedSignal = { signal: Signal } | { rejection: Rejection } | { schemaPending: number };

type KnownSchema = { decode: (avro: Buffer) => Signal } | { rejection: Rejection };

const signalType = SCHEMA_OF_TOPIC[TOPICS.signals].type;

/**
 * Decodes signals written with any schema of the registry. Decoding itself never waits, so a signal costs no
 * promise: what is not known is learned first.
 */
export class SignalDecoder {
  private readonly known = new Map<number, KnownSchema>();

  constructor(private readonly schemas: SchemaSource) {}

  decode({ key, value }: { key: Buffer | null; value: Buffer | null }): DecodedSignal {
    if (value === null || value.length === 0)
      return rejected('empty-body', 'a signal record without a value');
    const id = schemaIdOf(value);
    if (id === undefined) {
      return rejected('malformed-body', 'the body does not start with the Confluent wire format');
    }
    const schema = this.known.get(id);
    if (schema === undefined) return { schemaPending: id };
    if ('rejection' in schema) return schema;
    try {
      return checked(schema.decode(value.subarray(WIRE_PREFIX_BYTES)), key);
    } catch (error) {
      return rejected('malformed-body', `not a signal of schema ${id}: ${messageOf(error)}`);
    }
  }

  /**
   * @returns false if the registry has no such id; it may have it later.
   * @throws RegistryUnavailable when it cannot tell.
   */
  async learn(id: number): Promise<boolean> {
    const text = this.known.has(id) ? undefined : await this.schemas.schemaById(id);
    if (text !== undefined) this.known.set(id, decoderOf(id, text));
    return this.known.has(id);
  }
}

function decoderOf(id: number, text: string): KnownSchema {
  try {
    const writer = avsc.Type.forSchema(JSON.parse(text) as avsc.Schema);
    if (writer.name !== signalType.name) {
      return rejected('wrong-schema', `schema ${id} is that of ${writer.name}, not of ${signalType.name}`);
    }
    // Resolving costs, and the writer is nearly always our own release.
    const resolver = sameAsOurs(writer) ? undefined : signalType.createResolver(writer);
    return { decode: (avro) => signalType.fromBuffer(avro, resolver) as Signal };
  } catch (error) {
    return rejected('wrong-schema', `schema ${id} cannot be read as ${signalType.name}: ${messageOf(error)}`);
  }
}

function sameAsOurs(writer: Type): boolean {
  return writer.fingerprint().equals(signalType.fingerprint());
}

function checked(signal: Signal, key: Buffer | null): DecodedSignal {
  const messageId = parseMessageId(signal.messageId);
  if (messageId === undefined) {
    return rejected('malformed-body', `messageId: "${signal.messageId.slice(0, 64)}" is not a UUID`);
  }
  if (!isVehicleId(signal.vehicleId)) {
    return rejected('malformed-body', `vehicleId: "${signal.vehicleId.slice(0, 64)}" is not a vehicle id`);
  }
  if (key?.toString() !== signal.vehicleId) {
    return rejected('vehicle-mismatch', `the key is not the vehicle ${signal.vehicleId}`);
  }
  if (!isStorableTime(signal.recordedAt)) {
    return rejected('malformed-body', `recordedAt: ${signal.recordedAt} is beyond what a date can be`);
  }
  const notFinite = signal.verdicts.find(({ value }) => !Number.isFinite(value));
  if (notFinite) return rejected('malformed-body', `verdict of ${notFinite.rule}: not a finite number`);
  signal.messageId = messageId;
  return { signal };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
