import avsc, { type Type } from 'avsc';
import { deadLetterSchema, type DeadLetter } from './generated/dead-letter.js';
import { readingSchema, type Reading } from './generated/reading.js';
import { signalSchema, type Signal } from './generated/signal.js';
import { readingType } from './reading-codec.js';
import type { SchemaSource } from './registry.js';
import { subjectOf, TOPICS, type TopicName } from './topics.js';
import { frameAvro } from './wire-format.js';

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

export interface ValueOf {
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
