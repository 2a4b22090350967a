import avsc, { type Type } from 'avsc';
import { fullNameOf, type AvroField, type AvroRecord, type AvroSchema } from './avro-schema.js';
import { boundBlocks } from './bounded-blocks.js';
import { incompatibilities, type Incompatibility } from './compatibility.js';
import { areIds } from './ids-in-avro.js';
import { isVehicleId, parseMessageId } from './identity.js';
import { readingSchema, type Reading } from './generated/reading.js';
import { isSequence, isStorableTime } from './limits.js';
import { rejected, type Rejection } from './dead-letter-reason.js';
import { schemaIdOf, WIRE_PREFIX_BYTES } from './wire-format.js';
import type { SchemaSource } from './registry.js';
import { setEntry } from './set-entry.js';

boundBlocks();
export const readingType: Type = avsc.Type.forSchema(readingSchema as avsc.Schema);

const KNOWN_FIELDS = new Set(readingSchema.fields.map((field) => field.name));
const RECORD_NAME = `${readingSchema.namespace}.${readingSchema.name}`;

/** `schemaPending`: the schema is not known yet, and nobody can tell until the registry has been asked. */
export type Decoded = { reading: Reading } | { rejection: Rejection } | { schemaPending: number };

type Decoder = (body: Buffer) => Reading;
type Resolver = ReturnType<Type['createResolver']>;
/** `beginsWithIds`: what it writes first is the message id, and then the vehicle id. */
type KnownSchema = { decode: Decoder; beginsWithIds: boolean } | { rejection: Rejection };

/**
 * Decodes readings written with any schema of the registry, in our own shape; fields that our schema does not
 * know are kept in `extras`. Decoding never waits: an id that is new is asked for once, however many records
 * carry it, and those records come back as `schemaPending`.
 */
export class ReadingCodec {
  private readonly known = new Map<number, KnownSchema>();
  private readonly asking = new Map<number, Promise<void>>();

  constructor(private readonly schemas: SchemaSource) {}

  decode(body: Buffer): Decoded {
    const id = schemaIdOf(body);
    if (id === undefined) {
      return rejected(
        'malformed-body',
        `the body does not start with the Confluent wire format (0x00 and a schema id): ${body.length} bytes, first 0x${body.subarray(0, 1).toString('hex')}`,
      );
    }
    const schema = this.known.get(id);
    if (schema === undefined) return { schemaPending: id };
    if ('rejection' in schema) return schema;
    try {
      return normalised(schema.decode(body), schema.beginsWithIds && areIds(body, WIRE_PREFIX_BYTES));
    } catch (error) {
      return rejected('malformed-body', `not a reading of schema ${id}: ${messageOf(error)}`);
    }
  }

  /** Whether `decode` would say `schemaPending`. */
  isPending(body: Buffer): boolean {
    const id = schemaIdOf(body);
    return id !== undefined && !this.known.has(id);
  }

  /**
   * Asks the registry for a schema, once at a time.
   * @returns false if the registry has no such id: it may appear later, so the answer is not kept.
   * @throws RegistryUnavailable when it cannot tell.
   */
  async learn(id: number): Promise<boolean> {
    if (!this.known.has(id)) {
      let asking = this.asking.get(id);
      if (!asking) {
        asking = this.ask(id).finally(() => this.asking.delete(id));
        this.asking.set(id, asking);
      }
      await asking;
    }
    return this.known.has(id);
  }

  private async ask(id: number): Promise<void> {
    const schema = await this.schemas.schemaById(id);
    if (schema !== undefined) this.known.set(id, decoderOf(id, schema));
  }
}

function decoderOf(id: number, text: string): KnownSchema {
  try {
    const written = JSON.parse(text) as AvroRecord;
    const name = describe(written);
    if (name !== RECORD_NAME)
      return rejected('wrong-schema', `schema ${id} is that of ${name}, not of ${RECORD_NAME}`);
    // Avro does not know of units, nor do registries: without this, miles would be stored as kilometres.
    if (comparedWithOurs(text).some(({ rule }) => rule === 'unit-changed')) throw new Error('other units');
    const unknown = unknownFieldsOf(written);
    const writer = avsc.Type.forSchema(written as avsc.Schema);
    const keepsAll = unknown.fields.length + unknown.ofLocation.length === 0;
    const reader = keepsAll ? readingType : readerThatKeeps(unknown);
    const resolver = reader.createResolver(writer);
    const decode: Decoder = keepsAll
      ? (body) => wholeOf(body, reader, resolver)
      : (body) => moveToExtras(wholeOf(body, reader, resolver), unknown);
    const [first, second] = written.fields;
    return { decode, beginsWithIds: first?.name === 'messageId' && second?.name === 'vehicleId' };
  } catch (error) {
    const sentences = comparedWithOurs(text).map(({ sentence }) => sentence);
    const why = sentences.join('; ') || messageOf(error);
    return rejected('wrong-schema', `schema ${id} cannot be read as a ${RECORD_NAME}: ${why}`);
  }
}

/** In words that name the fields; none when it is no schema, or Avro alone knows. */
function comparedWithOurs(text: string): Incompatibility[] {
  try {
    return incompatibilities(readingSchema as AvroSchema, JSON.parse(text) as AvroSchema);
  } catch {
    return [];
  }
}

/** @throws Error when there are fewer bytes than the record needs, or more. */
function wholeOf<T>(body: Buffer, type: Type, resolver: Resolver): T {
  const { value, offset } = type.decode(body, WIRE_PREFIX_BYTES, resolver);
  if (offset < 0) throw new Error('truncated buffer');
  if (offset !== body.length) throw new Error(`trailing data: ${body.length - offset} bytes`);
  return value as T;
}

/** Whatever stands in the registry: it need not be a record, nor have a name. */
function describe(schema: Partial<AvroRecord>): string {
  if (schema.name === undefined) return `a ${String(schema.type ?? typeof schema)}`;
  return fullNameOf({ name: schema.name, namespace: schema.namespace });
}

interface UnknownFields {
  fields: AvroField[];
  ofLocation: AvroField[];
}

function unknownFieldsOf(written: AvroRecord): UnknownFields {
  const location = written.fields.find(({ name }) => name === 'location');
  const fieldsOfLocation = branchesOf(location?.type).flatMap((branch) =>
    isRecordSchema(branch) ? branch.fields : [],
  );
  return {
    fields: written.fields.filter(({ name }) => !KNOWN_FIELDS.has(name)),
    ofLocation: fieldsOfLocation.filter(({ name }) => name !== 'latitude' && name !== 'longitude'),
  };
}

function branchesOf(type: unknown): unknown[] {
  return Array.isArray(type) ? type : [type];
}

function isRecordSchema(type: unknown): type is AvroRecord {
  return typeof type === 'object' && type !== null && 'fields' in type && Array.isArray(type.fields);
}

/** Our schema and the writer's additional fields, so that Avro's own resolution carries them over. */
function readerThatKeeps({ fields, ofLocation }: UnknownFields): Type {
  const ours = readingSchema.fields.map((field) =>
    field.name === 'location'
      ? { ...field, type: branchesOf(field.type).map(withFields(ofLocation)) }
      : field,
  );
  return avsc.Type.forSchema({ ...readingSchema, fields: [...ours, ...fields] } as avsc.Schema);
}

function withFields(more: AvroField[]): (branch: unknown) => unknown {
  return (branch) => (isRecordSchema(branch) ? { ...branch, fields: [...branch.fields, ...more] } : branch);
}

type Additional = Record<string, unknown>;

/** A new object of our own shape: fields taken out of one would make each access to it slow from then on. */
function moveToExtras(record: Reading & Additional, { fields, ofLocation }: UnknownFields): Reading {
  const { extras } = record;
  for (const { name } of fields) collectExtras(extras, name, record[name]);
  let { location } = record;
  if (location && ofLocation.length > 0) {
    for (const { name } of ofLocation) collectExtras(extras, `location.${name}`, Reflect.get(location, name));
    location = { latitude: location.latitude, longitude: location.longitude };
  }
  return {
    messageId: record.messageId,
    vehicleId: record.vehicleId,
    recordedAt: record.recordedAt,
    sequence: record.sequence,
    location,
    speedKph: record.speedKph,
    fuelLevelPercent: record.fuelLevelPercent,
    engineTemperatureC: record.engineTemperatureC,
    cargoTemperatureC: record.cargoTemperatureC,
    ignitionOn: record.ignitionOn,
    extras,
  };
}

/** Scalars as they are, nested objects flattened with dots, lists as JSON text, nulls left out. */
export function collectExtras(extras: Reading['extras'], name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    setEntry(extras, name, value);
  } else if (Array.isArray(value) || Buffer.isBuffer(value)) {
    setEntry(extras, name, Buffer.isBuffer(value) ? value.toString('base64') : JSON.stringify(value));
  } else if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) collectExtras(extras, `${name}.${key}`, inner);
  } else {
    setEntry(extras, name, String(value));
  }
}

/** @param idsAreWell as the bytes have shown, so that nobody needs to look at the strings. */
function normalised(reading: Reading, idsAreWell: boolean): Decoded {
  if (!idsAreWell) {
    const messageId = parseMessageId(reading.messageId);
    if (messageId === undefined) {
      return rejected('malformed-body', `messageId: "${reading.messageId.slice(0, 64)}" is not a UUID`);
    }
    if (!isVehicleId(reading.vehicleId)) {
      return rejected('malformed-body', `vehicleId: "${reading.vehicleId.slice(0, 64)}" is not a vehicle id`);
    }
    reading.messageId = messageId;
  }
  if (!isStorableTime(reading.recordedAt)) {
    return rejected('malformed-body', `recordedAt: ${reading.recordedAt} is not within the years 1 to 9999`);
  }
  if (reading.sequence !== null && !isSequence(reading.sequence)) {
    return rejected('malformed-body', `sequence: ${reading.sequence} is beyond 2^52`);
  }
  const notFinite = firstNotFinite(reading);
  if (notFinite !== undefined) return rejected('malformed-body', `${notFinite}: not a finite number`);
  return { reading };
}

const MEASUREMENTS = ['speedKph', 'fuelLevelPercent', 'engineTemperatureC', 'cargoTemperatureC'] as const;

/** NaN and infinity are legal Avro doubles, but no measurements: no rule could judge them. */
function firstNotFinite(reading: Reading): string | undefined {
  // One look at the sum tells for nearly all: it is finite only if all are.
  if (!Number.isFinite(sumOf(reading))) {
    for (const field of MEASUREMENTS) if (isNotFinite(reading[field])) return field;
    if (isNotFinite(reading.location?.latitude)) return 'location.latitude';
    if (isNotFinite(reading.location?.longitude)) return 'location.longitude';
  }
  for (const name in reading.extras) if (isNotFinite(reading.extras[name])) return `extras.${name}`;
  return undefined;
}

function sumOf(reading: Reading): number {
  const { speedKph, fuelLevelPercent, engineTemperatureC, cargoTemperatureC, location } = reading;
  const measured =
    (speedKph ?? 0) + (fuelLevelPercent ?? 0) + (engineTemperatureC ?? 0) + (cargoTemperatureC ?? 0);
  return location ? measured + location.latitude + location.longitude : measured;
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
