import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incompatibilities, readingSchema, type AvroSchema } from './index.js';

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}

/** Our reading, changed. */
function changed(change: (fields: Field[]) => Field[] | void): AvroSchema {
  const schema = structuredClone(readingSchema) as { fields: Field[] };
  schema.fields = change(schema.fields) ?? schema.fields;
  return schema as unknown as AvroSchema;
}

const ours = readingSchema as unknown as AvroSchema;
const fieldOf = (fields: Field[], name: string) => fields.find((each) => each.name === name) as Field;
const told = (after: AvroSchema, before = ours) =>
  incompatibilities(before, after).map(({ field, rule }) => `${field}: ${rule}`);

describe('what a change does to readers and writers of other versions', () => {
  it('lets a unit be told late and be forgotten, and no unit become another', () => {
    const inUnit = (unit?: string) =>
      changed((fields) => Object.assign(fieldOf(fields, 'speedKph'), { unit }) && undefined);
    expect(told(inUnit('km/h'), inUnit(undefined))).toEqual([]);
    expect(told(inUnit(undefined), inUnit('km/h'))).toEqual([]);
    expect(told(inUnit('KM/H'), inUnit('km/h'))).toEqual([]);
    expect(incompatibilities(inUnit('km/h'), inUnit('mph'))).toEqual([
      expect.objectContaining({
        field: 'speedKph',
        rule: 'unit-changed',
        sentence: 'the field "speedKph" was in km/h and is in mph: the same number would mean something else',
      }),
    ]);
  });

  it('lets optional fields come and go', () => {
    const more = changed((fields) => [
      ...fields,
      { name: 'oilKpa', type: ['null', 'double'], default: null },
    ]);
    expect(told(more)).toEqual([]);
    expect(told(ours, more)).toEqual([]);
    expect(told(changed((fields) => fields.filter(({ name }) => name !== 'speedKph')))).toEqual([]);
  });

  it('does not care for the order of fields and of branches, for documentation, and for other defaults', () => {
    const other = changed((fields) => {
      fieldOf(fields, 'speedKph').type = ['double', 'null'];
      fieldOf(fields, 'speedKph').default = 0;
      Object.assign(fieldOf(fields, 'sequence'), { doc: 'Counts.' });
      return fields.reverse();
    });
    expect(told(other)).toEqual([]);
  });

  it('refuses a new field that has no default, and says how to give it one', () => {
    const [found] = incompatibilities(
      ours,
      changed((fields) => [...fields, { name: 'oilKpa', type: 'double' }]),
    );
    expect(found).toEqual({
      field: 'oilKpa',
      rule: 'added-without-default',
      sentence: 'the field "oilKpa" is new and has no default, so nothing written before it can be read',
      instead:
        'make it nullable, with null as its default: {"name":"oilKpa","type":["null","double"],"default":null}',
    });
  });

  it('refuses to take away what readers have no default for', () => {
    expect(told(changed((fields) => fields.filter(({ name }) => name !== 'recordedAt')))).toEqual([
      'recordedAt: removed-without-default',
    ]);
  });

  it.each([
    ['a wider number', 'speedKph', ['null', 'float'], 'type-changed'],
    ['another branch', 'speedKph', ['null', 'double', 'string'], 'type-changed'],
    ['no null any more', 'speedKph', 'double', 'type-changed'],
    ['bytes for text, which Avro would take', 'vehicleId', 'bytes', 'type-changed'],
    ['a plain number for a time', 'recordedAt', 'long', 'meaning-changed'],
    ['microseconds', 'recordedAt', { type: 'long', logicalType: 'timestamp-micros' }, 'meaning-changed'],
    ['another map', 'extras', { type: 'map', values: ['double', 'string'] }, 'type-changed'],
  ])('refuses %s', (_what, name, type, rule) => {
    const after = changed((fields) => void (fieldOf(fields, name).type = type));
    expect(told(after)).toEqual([expect.stringMatching(new RegExp(`^${name}.*: ${rule}$`))]);
  });

  it('names the field within a record', () => {
    const after = changed((fields) => {
      const [, location] = fieldOf(fields, 'location').type as [string, { fields: Field[] }];
      fieldOf(location.fields, 'latitude').type = 'float';
      location.fields.push({ name: 'altitudeM', type: 'double' });
    });
    expect(told(after)).toEqual([
      'location.latitude: type-changed',
      'location.altitudeM: added-without-default',
    ]);
  });

  it('refuses another name of the record, and takes the same one spelt otherwise', () => {
    const named = (more: object) => ({ ...(ours as object), ...more }) as AvroSchema;
    expect(told(named({ name: 'Measurement' }))).toEqual([': name-changed']);
    expect(told(named({ namespace: 'other' }))).toContain(': name-changed');
    expect(told(named({ name: 'navora.telemetry.Reading', namespace: undefined }))).toEqual([]);
  });

  it('takes a new symbol only where all readers have a default for what they do not know', () => {
    const door = (symbols: string[], more = {}): AvroSchema => ({
      type: 'enum',
      name: 'Door',
      symbols,
      ...more,
    });
    const known = { default: 'open' };
    expect(told(door(['open', 'shut', 'ajar']), door(['open', 'shut']))).toEqual([': symbols-changed']);
    expect(told(door(['open']), door(['open', 'shut']))).toEqual([': symbols-changed']);
    expect(told(door(['open', 'ajar'], known), door(['open', 'shut'], known))).toEqual([]);
    expect(told(door(['open', 'shut', 'ajar']), door(['open', 'shut'], known))).toEqual([]);
  });

  it('compares a type that holds itself', () => {
    const node = (value: string): AvroSchema => ({
      type: 'record',
      name: 'Node',
      fields: [
        { name: 'value', type: value },
        { name: 'next', type: ['null', 'Node'], default: null },
      ],
    });
    expect(told(node('long'), node('long'))).toEqual([]);
    expect(told(node('double'), node('long'))).toEqual(['value: type-changed']);
  });
});

// Few of each: two that are drawn apart must often go with each other.
const primitive = fc.constantFrom('null', 'long', 'double');
const names = fc.constantFrom('a', 'b');
const { record: anyRecord } = fc.letrec<{ type: AvroSchema; record: AvroSchema }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 1, withCrossShrink: true },
    primitive,
    fc.uniqueArray(primitive, { minLength: 1, maxLength: 2 }),
    fc.record({ type: fc.constant('array'), items: tie('type') }),
    fc.record({ type: fc.constant('map'), values: tie('type') }),
    tie('record'),
  ),
  record: fc
    .uniqueArray(fc.record({ name: names, type: tie('type'), optional: fc.boolean() }), {
      selector: ({ name }) => name,
      maxLength: 2,
    })
    .map((fields) => ({ type: 'record', name: 'R', fields: fields.map(fieldFrom) })),
}));

function fieldFrom({ name, type, optional }: { name: string; type: AvroSchema; optional: boolean }) {
  if (!optional || type === 'null' || (Array.isArray(type) && type.includes('null'))) return { name, type };
  return { name, type: ['null', type].flat(), default: null };
}

it('what it takes, Avro can read both ways, whatever the two schemas are', () => {
  let taken = 0;
  fc.assert(
    fc.property(anyRecord, anyRecord, (one, other) => {
      const types = [one, other].map((schema) => typeOf(schema));
      const [before, after] = types;
      if (!before || !after || incompatibilities(one, other).length > 0) return;
      taken++;
      expect(() => [before.createResolver(after), after.createResolver(before)]).not.toThrow();
    }),
    { numRuns: 4000 },
  );
  // Else nothing was compared.
  expect(taken).toBeGreaterThan(400);
});

/** Undefined for what is no schema: a record of the same name within itself. */
function typeOf(schema: AvroSchema): avsc.Type | undefined {
  try {
    return avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
  } catch {
    return undefined;
  }
}
