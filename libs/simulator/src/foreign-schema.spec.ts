import { readingSchema, WIRE_PREFIX_BYTES, type AvroRecord, type Reading } from '@navora/schemas';
import avsc from 'avsc';
import { expect, it } from 'vitest';
import { ForeignSchema } from './foreign-schema.js';

const ours = readingSchema as AvroRecord;
const reading: Reading = {
  messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  vehicleId: 'truck-17',
  recordedAt: 1_763_800_000_000,
  sequence: 4711,
  location: { latitude: 52.52, longitude: 13.4 },
  speedKph: 71.5,
  fuelLevelPercent: null,
  engineTemperatureC: 91,
  cargoTemperatureC: 4.1,
  ignitionOn: true,
  extras: { doorOpen: true, tyrePressureKpa: 820, driverState: 'resting' },
};

function written(schema: AvroRecord): Record<string, unknown> {
  const body = new ForeignSchema(7, schema).encode(reading);
  expect(body.readUInt32BE(1)).toBe(7);
  const decoded: unknown = avsc.Type.forSchema(schema as avsc.Schema).fromBuffer(
    body.subarray(WIRE_PREFIX_BYTES),
  );
  return { ...(decoded as object) };
}

it('puts what its version has no field for into extras', () => {
  const older = { ...ours, fields: ours.fields.filter(({ name }) => name !== 'cargoTemperatureC') };
  const { extras, ...rest } = written(older);
  expect(extras).toEqual({ ...reading.extras, cargoTemperatureC: 4.1 });
  expect(rest).not.toHaveProperty('cargoTemperatureC');
  expect(rest).toMatchObject({ speedKph: reading.speedKph, messageId: reading.messageId });
});

it('puts extras that its version has a field for into that, if they fit', () => {
  const field = (name: string, type: string) => ({ name, type: ['null', type], default: null });
  const newer = {
    ...ours,
    fields: [
      ...ours.fields,
      field('doorOpen', 'boolean'),
      field('tyrePressureKpa', 'string'),
      field('heading', 'int'),
    ],
  };
  expect(written(newer)).toMatchObject({
    doorOpen: true,
    tyrePressureKpa: null,
    heading: null,
    extras: { tyrePressureKpa: 820, driverState: 'resting' },
  });
});

it('writes with ours what ours says', () => {
  expect(written(ours)).toEqual(reading);
});
