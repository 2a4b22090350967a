import avsc from 'avsc';
import { SCHEMA_OF_TOPIC, type ValueOf } from './record-codec.js';
import type { SchemaSource } from './registry.js';
import type { TopicName } from './topics.js';
import { schemaIdOf, WIRE_PREFIX_BYTES } from './wire-format.js';

/** Bytes in a topic of ours that are none of our records. */
export class UnreadableRecord extends Error {
  override name = 'UnreadableRecord';
}

/** Reads the values of one topic, written by any release. */
export class RecordDecoder<T extends TopicName> {
  private readonly readers = new Map<number, (avro: Buffer) => ValueOf[T]>();

  constructor(
    private readonly topic: T,
    private readonly schemas: SchemaSource,
  ) {}

  /** @throws UnreadableRecord, RegistryUnavailable */
  async decode(value: Buffer | null): Promise<ValueOf[T]> {
    const id = value === null ? undefined : schemaIdOf(value);
    if (value === null || id === undefined)
      throw new UnreadableRecord('the value does not start with the Confluent wire format');
    const read = this.readers.get(id) ?? (await this.learn(id));
    try {
      return read(value.subarray(WIRE_PREFIX_BYTES));
    } catch (error) {
      throw new UnreadableRecord(`not a value of schema ${id}: ${String(error)}`, { cause: error });
    }
  }

  private async learn(id: number): Promise<(avro: Buffer) => ValueOf[T]> {
    const text = await this.schemas.schemaById(id);
    if (text === undefined) throw new UnreadableRecord(`the registry has no schema ${id}`);
    const { type } = SCHEMA_OF_TOPIC[this.topic];
    try {
      const resolver = type.createResolver(avsc.Type.forSchema(JSON.parse(text) as avsc.Schema));
      const read = (avro: Buffer) => type.fromBuffer(avro, resolver) as ValueOf[T];
      this.readers.set(id, read);
      return read;
    } catch (error) {
      throw new UnreadableRecord(
        `schema ${id} cannot be read as a value of ${this.topic}: ${String(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}
