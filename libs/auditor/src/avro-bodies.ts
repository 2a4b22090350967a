import { SchemaRegistryClient } from '@confluentinc/schemaregistry/dist/schemaregistry-client.js';
import { AvroDeserializer } from '@confluentinc/schemaregistry/dist/serde/avro.js';
import { SerdeType, TopicNameStrategy } from '@confluentinc/schemaregistry/dist/serde/serde.js';
import { AuditError } from './audit-error.js';
import { BadBody } from './body.js';

/** Reads Avro bodies in the Confluent wire format by the schema they were written with, whatever its version. */
export class AvroBodies {
  private readonly client: SchemaRegistryClient;
  private readonly deserializer: AvroDeserializer;
  private readonly names = new Map<number, Promise<string | undefined>>();

  constructor(private readonly registryUrl: string) {
    this.client = new SchemaRegistryClient({ baseURLs: [registryUrl], maxRetries: 2 });
    const subjectNameStrategy = TopicNameStrategy;
    this.deserializer = new AvroDeserializer(this.client, SerdeType.VALUE, { subjectNameStrategy });
  }

  /** The decoded fields; throws `BadBody` when they cannot be had. */
  async decode(topic: string, record: string, body: Buffer): Promise<unknown> {
    if (body.length === 0) throw new BadBody('empty-body', 'no value');
    if (body.length < 5 || body.readUInt8(0) !== 0)
      throw new BadBody('malformed-body', 'not Avro in the wire format');
    const id = body.readInt32BE(1);
    const name = await this.recordName(id);
    if (name === undefined) throw new BadBody('unknown-schema', `the registry has no schema ${id}`);
    if (name !== record) throw new BadBody('wrong-schema', `schema ${id} is ${name}, not ${record}`);
    try {
      const fields: unknown = await this.deserializer.deserialize(topic, body);
      return fields;
    } catch (error) {
      throw new BadBody('malformed-body', error instanceof Error ? error.message : String(error));
    }
  }

  private recordName(id: number): Promise<string | undefined> {
    const known = this.names.get(id) ?? this.askForName(id);
    this.names.set(id, known);
    return known;
  }

  private async askForName(id: number): Promise<string | undefined> {
    try {
      const { schema } = await this.client.getBySubjectAndId('', id);
      return nameIn(JSON.parse(schema));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      const why = error instanceof Error ? error.message : String(error);
      throw new AuditError(`cannot reach the schema registry at ${this.registryUrl}: ${why}`);
    }
  }
}

function nameIn(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null || !('name' in schema)) return 'not a record';
  const namespace = 'namespace' in schema ? `${String(schema.namespace)}.` : '';
  return `${namespace}${String(schema.name)}`;
}

function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === 404;
}
