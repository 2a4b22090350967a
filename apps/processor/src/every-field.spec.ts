import { readingSchema, type Reading } from '@navora/schemas';
import { expect, it } from 'vitest';
import { READING_COLUMNS } from './reading-columns.js';
import { parametersOf } from './reading-row.js';
import { contentOf } from './same-content.js';

// A field that is added to the schema must be stored and compared: both say field by field how, for speed, and so
// each can forget one.

const NO_MEASUREMENTS = ['messageId', 'vehicleId', 'recordedAt', 'location', 'extras'];

const measured = readingSchema.fields.filter(({ name }) => !NO_MEASUREMENTS.includes(name));
/** A value for each, unlike all others. */
const values = new Map<string, number | boolean>(
  measured.map(({ name, type }, index) => [name, JSON.stringify(type).includes('boolean') || 1000 + index]),
);
const reading = {
  messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  vehicleId: 'truck-17',
  recordedAt: 1_763_800_000_000,
  location: { latitude: 52.52, longitude: 13.4 },
  ...Object.fromEntries(values),
  extras: {},
} as unknown as Reading;
const row = {
  ...{ shard: 1, bucket: 0, reading, extras: null, clockSuspect: false, implausible: [], receivedAt: 0 },
  origin: { topic: 'readings', partition: 0, offset: 0 },
};

it.each([...values])('%s is stored and compared', (name, value) => {
  expect(parametersOf(row)).toHaveLength(READING_COLUMNS.length);
  expect(
    parametersOf(row).map((one) => (Buffer.isBuffer(one) ? Number(one.readBigInt64BE()) : one)),
  ).toContain(value);
  expect(contentOf(reading).get(name)).toBe(value);
});
