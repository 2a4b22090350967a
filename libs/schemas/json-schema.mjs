// The JSON Schema of what a device without Avro sends: the Avro schema, and what the bridge allows beyond it.

/** As src/limits.ts has them. */
const LARGEST_INTEGER = 2 ** 52;
const [EARLIEST_MS, LATEST_MS] = [-62_135_596_800_000, 253_402_300_799_999];
const OPTIONAL = { type: 'null' };

const UUID = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
/** RFC 3339, in capitals and without leap seconds. The bridge takes a little more of ISO 8601. */
const TIME =
  '^(?!0000)\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

const PATTERNS = { vehicleId: '^[A-Za-z0-9_-]{1,64}$' };

/** Fields that Avro requires and a JSON body may leave out, with who fills them in. */
const FILLED_IN = {
  messageId: 'Without it, one is derived from the vehicle id and the bytes of the body.',
  vehicleId: "Without it, the topic says it. If present, it must be the topic's.",
};

/** @returns {object} what a JSON body of a device must be, as a JSON Schema (draft 2020-12) */
export function jsonSchemaOf(avro) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:navora:reading',
    title: avro.name,
    ...objectOf(avro),
    description: `${avro.doc} Fields that are not named here are kept, too, in extras.`,
  };
}

function objectOf(record) {
  const required = record.fields.filter((field) => !('default' in field) && !(field.name in FILLED_IN));
  return {
    type: 'object',
    properties: Object.fromEntries(record.fields.map((field) => [field.name, propertyOf(field)])),
    required: required.map(({ name }) => name),
  };
}

function propertyOf(field) {
  const value = { ...valueOf(field.type), ...(PATTERNS[field.name] && { pattern: PATTERNS[field.name] }) };
  const mayBeLeftOut = 'default' in field || field.name in FILLED_IN;
  const description = [field.doc, FILLED_IN[field.name]].filter(Boolean).join(' ');
  return {
    ...(description && { description }),
    ...(field.vss && { 'x-vss': field.vss }),
    ...(field.unit && { 'x-unit': field.unit }),
    ...(mayBeLeftOut ? orNull(value) : value),
  };
}

function orNull(schema) {
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [...(schema.anyOf ?? [schema]), OPTIONAL] };
}

function valueOf(type) {
  if (Array.isArray(type)) return valueOf(type.find((branch) => branch !== 'null'));
  if (typeof type === 'string') return primitiveOf(type);
  if (type.logicalType === 'uuid') return { type: 'string', pattern: UUID };
  if (type.logicalType === 'timestamp-millis') return TIMES;
  if (type.type === 'record') return objectOf(type);
  // Whatever a device measures: flattened, and kept by its name.
  if (type.type === 'map') return { type: 'object' };
  return primitiveOf(type.type);
}

const TIMES = {
  anyOf: [
    { type: 'string', format: 'date-time', pattern: TIME, description: 'RFC 3339, with a zone.' },
    { type: 'integer', minimum: EARLIEST_MS, maximum: LATEST_MS, description: 'ms since 1970.' },
  ],
};

function primitiveOf(name) {
  switch (name) {
    case 'long':
      return { type: 'integer', minimum: -LARGEST_INTEGER, maximum: LARGEST_INTEGER };
    case 'double':
      return { type: 'number' };
    case 'boolean':
    case 'string':
      return { type: name };
    default:
      throw new Error(`json-schema.mjs does not know what ${JSON.stringify(name)} is in JSON`);
  }
}
