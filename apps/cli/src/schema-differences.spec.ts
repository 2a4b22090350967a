import type { AvroField, AvroSchema } from '@navora/schemas';
import { expect, it } from 'vitest';
import { differences } from './schema-differences.js';

const record = (...fields: AvroField[]): AvroSchema => ({ type: 'record', name: 'Reading', fields });
const place = (...fields: AvroField[]): AvroField => ({
  name: 'location',
  type: ['null', { type: 'record', name: 'Location', fields }],
  default: null,
});

it('tells what came, what went and what is another, also within a record', () => {
  const before = record(
    { name: 'speedKph', type: ['null', 'double'], default: null },
    { name: 'door', type: 'string' },
    { name: 'fuel', type: 'double', doc: 'litres' },
    place({ name: 'latitude', type: 'double' }),
  );
  const after = record(
    { name: 'speedKph', type: ['null', 'int'], default: null },
    { name: 'fuel', type: 'double', doc: 'per cent', default: 0 },
    place({ name: 'latitude', type: 'double' }, { name: 'altitudeM', type: 'double', default: 0 }),
  );
  expect(differences(before, after)).toEqual([
    '- door',
    '~ speedKph: null or double → null or int',
    '~ fuel: no default → default 0',
    '~ fuel: its documentation',
    '+ location.altitudeM: double default 0',
  ]);
  expect(differences(before, before)).toEqual([]);
});
