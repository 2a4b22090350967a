import { readFileSync } from 'node:fs';
import type { VehicleId } from '@navora/schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJson } from './json-reading.js';

// Devices are told by a JSON Schema what to send, and the bridge reads with code of its own: the two must agree.

const schema: unknown = JSON.parse(
  readFileSync(new URL('../../../libs/schemas/json/reading.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ strict: true, strictTypes: false });
formats.default(ajv);
ajv.addVocabulary(['x-vss', 'x-unit']);
const fits = ajv.compile(schema as object);

const VEHICLE = 'truck-17' as VehicleId;
const read = (body: object) => readJson(Buffer.from(JSON.stringify(body)), VEHICLE);

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0');
/** RFC 3339, or nearly: days that a month does not have, hours that a day does not have. */
const time = fc
  .record({
    year: fc.integer({ min: 2, max: 9998 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
    hour: fc.integer({ min: 0, max: 25 }),
    minute: fc.integer({ min: 0, max: 61 }),
    fraction: fc.constantFrom('', '.5', '.123456', '.'),
    zone: fc.constantFrom('Z', '+01:00', '-11:30', '', '+25:00'),
  })
  // The end of a day, which ISO 8601 has and the schema's RFC 3339 has not: see the last test.
  .filter(({ hour, minute }) => hour !== 24 || minute !== 0)
  .map(
    ({ year, month, day, hour, minute, fraction, zone }) =>
      `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:00${fraction}${zone}`,
  );
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', 'text', [], {}, [1], { a: { b: 1 } }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  anything,
);

/** Whole numbers up to the bound, and some beyond. */
const within = (bound: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -Math.floor(bound / 5), max: bound }) },
    fc.maxSafeInteger(),
  );

/** Mostly what it should be, and now and then anything at all. */
const body = fc.record(
  {
    messageId: fc.oneof({ weight: 4, arbitrary: fc.uuid() }, anything),
    vehicleId: fc.oneof({ weight: 9, arbitrary: fc.constant(VEHICLE) }, fc.constant(7)),
    recordedAt: fc.oneof(
      { weight: 3, arbitrary: time },
      { weight: 3, arbitrary: within(253_402_300_799_999) },
      { weight: 1, arbitrary: anything },
    ),
    sequence: fc.oneof({ weight: 3, arbitrary: within(2 ** 52) }, anything),
    location: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ latitude: number, longitude: number }, { requiredKeys: ['latitude'] }),
      },
      anything,
    ),
    speedKph: number,
    fuelLevelPercent: number,
    engineTemperatureC: number,
    cargoTemperatureC: number,
    ignitionOn: fc.oneof({ weight: 4, arbitrary: fc.boolean() }, anything),
    extras: fc.oneof(
      { weight: 4, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'location'), anything) },
      anything,
    ),
    tyrePressureKpa: anything,
    doors: anything,
  },
  { requiredKeys: [] },
);

it('takes exactly the bodies that fit the JSON Schema', () => {
  const seen = { fitting: 0, others: 0 };
  fc.assert(
    fc.property(body, (sent) => {
      const expected = fits(sent);
      seen[expected ? 'fitting' : 'others']++;
      const found = read(sent);
      expect('reading' in found, JSON.stringify({ sent, found, schema: fits.errors }, null, 1)).toBe(
        expected,
      );
    }),
    { numRuns: 2000 },
  );
  // Else it would have shown nothing.
  expect(Math.min(seen.fitting, seen.others)).toBeGreaterThan(200);
});

it('takes more forms of a time than it asks for', () => {
  for (const recordedAt of ['2026-11-22T08:15Z', '2026-11-22T08:15:30,25+0100', '2026-11-22T24:00:00Z']) {
    expect(fits({ recordedAt }), recordedAt).toBe(false);
    expect(read({ recordedAt }), recordedAt).toHaveProperty('reading');
  }
});
