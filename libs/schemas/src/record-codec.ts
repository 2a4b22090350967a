import avsc, { type Type } from 'avsc';
import { deadLetterSchema, type DeadLetter } from './generated/dead-letter.js';
import { readingSchema, type Reading } from './generated/reading.js';
import { signalSchema, type Signal } from './generated/signal.js';
import { readingType } from './reading-codec.js';
import type { SchemaSource } from './registry.js';
import { subjectOf, TOPICS, type TopicName } from './topics.js';
import { frameAvro, schemaIdOf, WIRE_PREFIX_BYTES } from './wire-format.js';

/** What we write to each topic: the schema text that stands in the registry under the topic's subject. */
export const SCHEMA_OF_TOPIC: Record<TopicName, { type: Type; text: string }> = {
  [TOPICS.readings]: { type: readingType, text: JSON.stringify(readingSchema) },
  [TOPICS.signals]: {
    type: avsc.Type.forSchema(signalSchema as avsc.Schema),
    text: JSON.stringify(signalSchema),
  },
  [TOPICS.deadLetters]: {
    type: avsc.Type.forSchema(deadLetterSchema as avsc.Schema),
    text: JSON.stringify(deadLetterSchema),
  },
};

interface ValueOf {
  [TOPICS.readings]: Reading;
  [TOPICS.signals]: Signal;
  [TOPICS.deadLetters]: DeadLetter;
}

/** Our schema of a topic is not in the registry. Services never register: the command does. */
export class SchemaNotRegistered extends Error {
  override name = 'SchemaNotRegistered';
  constructor(subject: string) {
    super(`the registry does not hold our schema of ${subject}: run \`navora migrate\` first`);
  }
}

/** Writes the values of one topic in the Confluent wire format, with our schema's id. */
export class RecordEncoder<T extends TopicName> {
  private constructor(
    readonly schemaId: number,
    private readonly type: Type,
  ) {}

  /** @throws SchemaNotRegistered, RegistryUnavailable */
  static async forTopic<T extends TopicName>(topic: T, schemas: SchemaSource): Promise<RecordEncoder<T>> {
    const { type, text } = SCHEMA_OF_TOPIC[topic];
    const id = await schemas.idOf(subjectOf(topic), text);
    if (id === undefined) throw new SchemaNotRegistered(subjectOf(topic));
    return new RecordEncoder<T>(id, type);
  }

  /** @throws Error naming the field that does not fit. */
  encode(value: ValueOf[T]): Buffer {
    return frameAvro(this.schemaId, this.type, value);
  }
}

const signalType = SCHEMA_OF_TOPIC[TOPICS.signals].type;

/**
 * Signals are written and read by us, and released together; a reader that meets a newer writer's schema
 * resolves it like any other.
 */
export class SignalCodec {
  private readonly resolvers = new Map<number, ReturnType<Type['createResolver']>>();

  constructor(private readonly schemas: SchemaSource) {}

  /**
   * @throws RegistryUnavailable when the registry cannot tell, Error when the bytes are no signal.
   */
  async decode(body: Buffer): Promise<Signal> {
    const id = schemaIdOf(body);
    if (id === undefined) throw new Error('the body does not start with the Confluent wire format');
    let resolver = this.resolvers.get(id);
    if (!resolver) {
      const text = await this.schemas.schemaById(id);
      if (text === undefined) throw new Error(`the registry has no schema ${id}`);
      resolver = signalType.createResolver(avsc.Type.forSchema(JSON.parse(text)));
      this.resolvers.set(id, resolver);
    }
    return signalType.fromBuffer(body.subarray(WIRE_PREFIX_BYTES), resolver) as Signal;
  }
}
