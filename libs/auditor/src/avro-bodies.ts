import { SchemaRegistryClient } from '@confluentinc/schemaregistry/dist/schemaregistry-client.js';
import { AvroDeserializer } from '@confluentinc/schemaregistry/dist/serde/avro.js';
import { SerdeType, TopicNameStrategy } from '@confluentinc/schemaregistry/dist/serde/serde.js';
import { AuditError } from './audit-error.js';
import { BadBody } from './body.js';

interface Schema {
  readonly name: string;
  fromBuffer(body: Buffer): unknown;
}

/** Reads Avro bodies in the Confluent wire format by the schema they were written with, whatever its version. */
export class AvroBodies {
  private readonly client: SchemaRegistryClient;
  private readonly deserializer: AvroDeserializer;
  private readonly schemas = new Map<number, Promise<Schema | undefined>>();

  /** @param http what the HTTP client is to be given besides: whom to trust, and who asks */
  constructor(
    private readonly registryUrl: string,
    http: object = {},
  ) {
    this.client = new SchemaRegistryClient({
      ...{ baseURLs: [registryUrl], maxRetries: 2 },
      createAxiosDefaults: http,
    });
    this.deserializer = new AvroDeserializer(this.client, SerdeType.VALUE, {
      subjectNameStrategy: TopicNameStrategy,
    });
  }

  /** The decoded fields; throws `BadBody` when they cannot be had. */
  async decode(record: string, body: Buffer): Promise<unknown> {
    if (body.length === 0) throw new BadBody('empty-body', 'no value');
    if (body.length < 5 || body.readUInt8(0) !== 0)
      throw new BadBody('malformed-body', 'not Avro in the wire format');
    const id = body.readInt32BE(1);
    const schema = await this.schema(id);
    if (schema === undefined) throw new BadBody('unknown-schema', `the registry has no schema ${id}`);
    if (schema.name !== record)
      throw new BadBody('wrong-schema', `schema ${id} is ${schema.name}, not ${record}`);
    try {
      return schema.fromBuffer(body.subarray(5));
    } catch (error) {
      throw new BadBody('malformed-body', error instanceof Error ? error.message : String(error));
    }
  }

  private schema(id: number): Promise<Schema | undefined> {
    const known = this.schemas.get(id) ?? this.askFor(id);
    this.schemas.set(id, known);
    return known;
  }

  private async askFor(id: number): Promise<Schema | undefined> {
    try {
      const info = await this.client.getBySubjectAndId('', id);
      // The deserializer's own `deserialize` looks the type up by the schema's text, for every record anew.
      const [type] = await this.deserializer.toType(info);
      return {
        name: nameIn(JSON.parse(info.schema)),
        fromBuffer: (body) => type.fromBuffer(body) as unknown,
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      const why = error instanceof Error ? error.message : String(error);
      throw new AuditError(`cannot get schema ${id} from the registry at ${this.registryUrl}: ${why}`);
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
