import { derivedMessageId, type Reading, readingType, type VehicleId } from '@navora/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_EXTRAS_BYTES } from './json-extras.js';
import { readJson } from './json-reading.js';

const truck = 'truck-17' as VehicleId;
const MESSAGE_ID = '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10';
const RECORDED_AT = '2026-11-22T08:15:30.250Z';

const read = (body: unknown) =>
  readJson(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), truck);
function readingOf(body: unknown): Reading {
  const result = read(body);
  if ('rejection' in result) throw new Error(result.rejection.error);
  return result.reading;
}
function troubleOf(body: unknown): string {
  const result = read(body);
  return 'rejection' in result ? `${result.rejection.reason}: ${result.rejection.error}` : 'none';
}
const aBody = (over: Record<string, unknown> = {}) => ({
  messageId: MESSAGE_ID,
  recordedAt: RECORDED_AT,
  ...over,
});

describe('readJson', () => {
  it('reads all that the contract lists', () => {
    const reading = readingOf({
      messageId: MESSAGE_ID.toUpperCase(),
      vehicleId: 'truck-17',
      recordedAt: RECORDED_AT,
      sequence: 4711,
      location: { latitude: 52.5201, longitude: 13.4049 },
      speedKph: 71.5,
      fuelLevelPercent: 38.2,
      engineTemperatureC: 91,
      cargoTemperatureC: 4.1,
      ignitionOn: true,
      tyrePressureKpa: 820,
    });
    expect(reading).toEqual({
      messageId: MESSAGE_ID,
      vehicleId: 'truck-17',
      recordedAt: Date.parse(RECORDED_AT),
      sequence: 4711,
      location: { latitude: 52.5201, longitude: 13.4049 },
      speedKph: 71.5,
      fuelLevelPercent: 38.2,
      engineTemperatureC: 91,
      cargoTemperatureC: 4.1,
      ignitionOn: true,
      extras: { tyrePressureKpa: 820 },
    });
  });

  it('takes a missing measurement for null, never for zero', () => {
    const nothing = {
      sequence: null,
      location: null,
      speedKph: null,
      fuelLevelPercent: null,
      engineTemperatureC: null,
      cargoTemperatureC: null,
      ignitionOn: null,
      extras: {},
    };
    expect(readingOf(aBody())).toMatchObject(nothing);
    expect(readingOf(aBody({ ...nothing, vehicleId: null, extras: null }))).toMatchObject(nothing);
  });

  it('derives the message id from the bytes when the device sends none', () => {
    const body = JSON.stringify({ recordedAt: RECORDED_AT });
    expect(readingOf(body).messageId).toBe(derivedMessageId(truck, Buffer.from(body)));
    expect(readingOf(body).messageId).toBe(readingOf(body).messageId);
    expect(readingOf(`${body} `).messageId).not.toBe(readingOf(body).messageId);
  });

  it.each([
    ['2026-11-22T08:15:30.250Z', 1_795_335_330_250],
    ['2026-11-22T09:15:30.250+01:00', 1_795_335_330_250],
    ['2026-11-22T08:15:30.250987654Z', 1_795_335_330_250],
    ['2026-11-22T08:15:30,250Z', 1_795_335_330_250],
    ['2026-11-22T08:15Z', 1_795_335_300_000],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
    [1_795_335_330_250, 1_795_335_330_250],
    [-1, -1],
  ])('takes %s for a time', (recordedAt, ms) => {
    expect(readingOf(aBody({ recordedAt })).recordedAt).toBe(ms);
  });

  it('keeps what it does not know in extras', () => {
    const { extras, location } = readingOf(
      aBody({
        tyre: { frontLeft: 820, frontRight: { kpa: 815, warm: true } },
        doors: ['shut', { rear: 'open' }],
        driver: 'Kim',
        nothing: null,
        extras: { oil: { kpa: 310 }, driver: 'Sam' },
        location: { latitude: 1, longitude: 2, altitude: 35 },
      }),
    );
    expect({ ...extras }).toEqual({
      'tyre.frontLeft': 820,
      'tyre.frontRight.kpa': 815,
      'tyre.frontRight.warm': true,
      doors: '["shut",{"rear":"open"}]',
      driver: 'Kim',
      'oil.kpa': 310,
      'location.altitude': 35,
    });
    expect(location).toEqual({ latitude: 1, longitude: 2 });
  });

  it('keeps a field whose name means something to JavaScript', () => {
    const { extras } = readingOf(`{"recordedAt":1,"__proto__":7,"constructor":8,"toString":"x"}`);
    expect(Object.entries(extras)).toEqual([
      ['__proto__', 7],
      ['constructor', 8],
      ['toString', 'x'],
    ]);
  });

  const ISO = 'ISO 8601 with a zone, or whole milliseconds since 1970, in the years 1 to 9999';
  it.each([
    [{ recordedAt: undefined }, `recordedAt: expected ${ISO}, found nothing`],
    [{ recordedAt: '2026-11-22T08:15:30' }, `recordedAt: expected ${ISO}, found "2026-11-22T08:15:30"`],
    [{ recordedAt: '2026-02-30T08:15:30Z' }, `recordedAt: expected ${ISO}, found "2026-02-30T08:15:30Z"`],
    [{ recordedAt: '2026-13-01T08:15:30Z' }, `recordedAt: expected ${ISO}, found "2026-13-01T08:15:30Z"`],
    [{ recordedAt: 'today' }, `recordedAt: expected ${ISO}, found "today"`],
    [{ recordedAt: 1.5 }, `recordedAt: expected ${ISO}, found 1.5`],
    [{ recordedAt: 1e300 }, `recordedAt: expected ${ISO}, found 1e+300`],
    [{ recordedAt: true }, `recordedAt: expected ${ISO}, found true`],
    [{ messageId: 'x' }, 'messageId: expected a UUID, found "x"'],
    [{ messageId: 7 }, 'messageId: expected a UUID, found 7'],
    [{ vehicleId: 17 }, 'vehicleId: expected a text, found 17'],
    [{ sequence: 1.5 }, 'sequence: expected a whole number of at most 2^52, found 1.5'],
    [{ sequence: '1' }, 'sequence: expected a whole number of at most 2^52, found "1"'],
    [
      { sequence: -(2 ** 52) - 1 },
      'sequence: expected a whole number of at most 2^52, found -4503599627370497',
    ],
    [{ speedKph: 'fast' }, 'speedKph: expected a number, found "fast"'],
    [{ fuelLevelPercent: [] }, 'fuelLevelPercent: expected a number, found an array'],
    [{ engineTemperatureC: {} }, 'engineTemperatureC: expected a number, found an object'],
    [{ cargoTemperatureC: false }, 'cargoTemperatureC: expected a number, found false'],
    [{ ignitionOn: 1 }, 'ignitionOn: expected true or false, found 1'],
    [{ location: 'here' }, 'location: expected an object, found "here"'],
    [{ location: [1, 2] }, 'location: expected an object, found an array'],
    [{ location: { latitude: 1 } }, 'location.longitude: expected a number, found nothing'],
    [{ location: { latitude: null, longitude: 1 } }, 'location.latitude: expected a number, found null'],
    [{ location: { latitude: 1, longitude: 'E' } }, 'location.longitude: expected a number, found "E"'],
    [{ extras: 5 }, 'extras: expected an object, found 5'],
    [{ speedKph: 'x'.repeat(1000) }, `speedKph: expected a number, found "${'x'.repeat(64)}…"`],
  ])('says where it was wrong, what it expected and what it found: %j', (over, error) => {
    expect(troubleOf(aBody(over))).toBe(`malformed-body: ${error}`);
  });

  it.each([
    ['', /^malformed-body: the body is not JSON: /],
    ['{"recordedAt":', /^malformed-body: the body is not JSON: /],
    ['[]', /the body: expected an object, found an array/],
    ['null', /the body: expected an object, found null/],
    ['"x"', /the body: expected an object, found "x"/],
    ['{"recordedAt":1,"speedKph":1e999}', /speedKph: expected a number, found Infinity/],
    ['{"recordedAt":1,"oilKpa":1e999}', /oilKpa: expected a number that a double can hold/],
    [
      `{"recordedAt":1,"deep":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      /expected at most 32 levels, found more/,
    ],
    [
      `{"recordedAt":1,"deep":${'['.repeat(20000)}${']'.repeat(20000)}}`,
      /expected at most 32 levels, found more/,
    ],
  ])('refuses %.60s', (body, error) => {
    expect(troubleOf(body)).toMatch(error);
  });

  it('refuses what is no UTF-8, since reading it would change it', () => {
    const body = Buffer.from('{"recordedAt":1,"driver":"K\xefm"}', 'latin1');
    expect(readJson(body, truck)).toMatchObject({ rejection: { error: 'the body is not UTF-8' } });
  });

  it.each(['{"note":"\\ud800"}', '{"\\udc00":1}', '{"list":["\\ud83d"]}'])(
    'refuses half of a surrogate pair, since Avro would change it: %s',
    (text) => {
      const body = Buffer.from(text.replace('{', '{"recordedAt":1763800000000,'));
      expect(readJson(body, truck)).toMatchObject({
        rejection: { reason: 'malformed-body', error: expect.stringContaining('surrogate') },
      });
    },
  );

  it('tells another vehicle’s reading from a malformed one', () => {
    expect(troubleOf(aBody({ vehicleId: 'truck-18' }))).toBe(
      'vehicle-mismatch: vehicleId: expected truck-17, as the topic says, found "truck-18"',
    );
  });

  it('refuses names that flattening makes longer and longer', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`n${i}`, i]));
    expect(troubleOf(aBody({ ['long'.repeat(5000)]: many }))).toMatch(
      `names and values of at most ${MOST_EXTRAS_BYTES} bytes`,
    );
  });

  it('makes of any JSON value either a reading that Avro takes, or a rejection', () => {
    const mutated = fc.dictionary(
      fc.constantFrom(
        ...[
          'messageId',
          'vehicleId',
          'recordedAt',
          'sequence',
          'location',
          'speedKph',
          'extras',
          '__proto__',
          'x',
        ],
      ),
      fc.oneof(fc.jsonValue(), fc.constant(MESSAGE_ID), fc.constant(1), fc.constant('truck-17')),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), mutated), (value) => {
        const result = read(value);
        if ('reading' in result) expect(readingType.isValid(result.reading)).toBe(true);
        else expect(result.rejection.error).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readJson(Buffer.from(bytes), truck);
      }),
    );
  });
});
