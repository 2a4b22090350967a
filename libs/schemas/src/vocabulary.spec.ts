import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { AvroField, AvroRecord, AvroSchema } from './avro-schema.js';
import { readingSchema } from './index.js';

/** Who, when and which: no measurements. */
const NO_MEASUREMENTS = ['messageId', 'vehicleId', 'recordedAt', 'sequence', 'extras'];

interface Measurement {
  path: string;
  field: AvroField;
}

function measurementsOf({ fields }: AvroRecord, place = ''): Measurement[] {
  return fields
    .filter(({ name }) => !NO_MEASUREMENTS.includes(name))
    .flatMap((field) => {
      const record = [field.type].flat().find(isRecord);
      return record ? measurementsOf(record, `${field.name}.`) : [{ path: place + field.name, field }];
    });
}

function isRecord(schema: AvroSchema): schema is AvroRecord {
  return typeof schema === 'object' && !Array.isArray(schema) && schema.fields !== undefined;
}

const measurements = measurementsOf(readingSchema as AvroRecord);

it('says of every measurement which signal of VSS it is, and of every number its unit', () => {
  expect(measurements.length).toBeGreaterThan(6);
  for (const { path, field } of measurements) {
    expect(field.vss, path).toMatch(/^Vehicle(\.[A-Z][A-Za-z0-9]*)+$/);
    const isNumber = [field.type]
      .flat()
      .some((type) => ['int', 'long', 'float', 'double'].includes(String(type)));
    expect(field.unit !== undefined, path).toBe(isNumber);
  }
});

it('and the documentation says the same', () => {
  const page = readFileSync(new URL('../../../docs/schemas.md', import.meta.url), 'utf8');
  const rows = page.split('\n').map((line) =>
    line
      .replaceAll('`', '')
      .split('|')
      .map((cell) => cell.trim()),
  );
  const told = rows
    .filter(([, , vss]) => vss?.startsWith('Vehicle.'))
    .map(([, path, vss, unit]) => [path, vss, unit]);
  expect(told).toEqual(measurements.map(({ path, field }) => [path, field.vss, field.unit ?? '']));
});

it('adds to VSS what it lacks, in an overlay', () => {
  const overlay = readFileSync(new URL('../../../docs/vss/navora.vspec', import.meta.url), 'utf8');
  const { field } = measurements.find(({ path }) => path === 'cargoTemperatureC') as Measurement;
  expect(overlay).toContain(`\n${field.vss}:\n`);
  expect(overlay).toContain(`unit: ${field.unit}\n`);
});
