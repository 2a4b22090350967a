import {
  ReadingCodec,
  RecordEncoder,
  SchemaRegistry,
  schemaIdOf,
  TOPICS,
  type Reading,
} from '@navora/schemas';
import { aReading, realServices } from '@navora/testing';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { migrateAll } from './migrate.js';
import {
  pythonEnvironment,
  readByPython,
  writtenByPython,
  type Python,
  type PythonReading,
} from './python.fixture.js';
import { testEnvironment } from './services.fixture.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

let python: Python | string;
let codec: ReadingCodec;
let encoder: RecordEncoder<typeof TOPICS.readings>;

beforeAll(async () => {
  await migrateAll(testEnvironment(), () => undefined);
  python = await pythonEnvironment();
  const registry = new SchemaRegistry(realServices().registryUrl);
  encoder = await RecordEncoder.forTopic(TOPICS.readings, registry);
  codec = new ReadingCodec(registry);
  await codec.learn(encoder.schemaId);
}, 300_000);

const MEASURED = {
  vehicleId: 'truck-17',
  sequence: 7,
  location: { latitude: 52.52, longitude: 13.405 },
  speedKph: 71.5,
  fuelLevelPercent: 64.2,
  engineTemperatureC: 91,
  cargoTemperatureC: -4.5,
  ignitionOn: false,
  extras: { a: 1.5, b: true, c: 'ü' },
};
const NOTHING_MEASURED = {
  vehicleId: 'truck-17',
  sequence: null,
  location: null,
  speedKph: null,
  fuelLevelPercent: null,
  engineTemperatureC: null,
  cargoTemperatureC: null,
  ignitionOn: null,
  extras: {},
};
const ID = '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10';
const ours = { messageId: ID, recordedAt: Date.UTC(2026, 10, 22, 8, 15, 30, 250) };
/** An id, and a time with its zone, in Python's own types. */
const theirs = { messageId: { UUID: ID }, recordedAt: { datetime: '2026-11-22T08:15:30.250000+00:00' } };

it("what Confluent's serializer for Python writes is the same reading to us", async ({ skip }) => {
  if (typeof python === 'string') return skip(`not run: ${python}`);
  const written = await writtenByPython(python, [
    { ...theirs, ...MEASURED },
    { ...theirs, ...NOTHING_MEASURED },
    // What is left out is the field's default.
    { ...theirs, vehicleId: 'truck-17' },
  ]);
  expect(written.map(schemaIdOf)).toEqual(written.map(() => encoder.schemaId));
  expect(written.map((body) => codec.decode(body))).toEqual([
    { reading: { ...ours, ...MEASURED } },
    { reading: { ...ours, ...NOTHING_MEASURED } },
    { reading: { ...ours, ...NOTHING_MEASURED } },
  ]);
});

it("what we write is the same reading to Confluent's deserializer for Python", async ({ skip }) => {
  if (typeof python === 'string') return skip(`not run: ${python}`);
  const records = [MEASURED, NOTHING_MEASURED].map((one) => encoder.encode({ ...ours, ...one } as Reading));
  expect(await readByPython(python, records)).toEqual([
    { ...theirs, ...MEASURED },
    { ...theirs, ...NOTHING_MEASURED },
  ]);
});

it(`any reading is the same on both sides, whoever wrote it (seed ${SEED})`, async ({ skip }) => {
  if (typeof python === 'string') return skip(`not run: ${python}`);
  const readings = fc.sample(anyReading, { seed: SEED, numRuns: 300 });
  const written = await writtenByPython(python, readings.map(inPython));
  const read = await readByPython(
    python,
    readings.map((reading) => encoder.encode(reading)),
  );
  readings.forEach((reading, at) => {
    expect(codec.decode(written[at] as Buffer)).toEqual({ reading });
    expect(fromPython(read[at] as PythonReading)).toEqual(reading);
  });
});

// JSON, which the two are told in, has no zero below zero.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const text = fc.string({ unit: 'grapheme' });
const anyReading: fc.Arbitrary<Reading> = fc
  .record({
    messageId: fc.uuid(),
    vehicleId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    recordedAt: fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
    sequence: fc.option(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
    location: fc.option(fc.record({ latitude: number, longitude: number })),
    speedKph: fc.option(number),
    fuelLevelPercent: fc.option(number),
    engineTemperatureC: fc.option(number),
    cargoTemperatureC: fc.option(number),
    ignitionOn: fc.option(fc.boolean()),
    extras: fc.dictionary(
      fc.oneof({ weight: 9, arbitrary: text }, fc.constant('__proto__')),
      fc.oneof(number, fc.boolean(), text),
    ),
  })
  .map((over) => aReading(over));

function inPython({ messageId, recordedAt, ...measured }: Reading): PythonReading {
  return {
    messageId: { UUID: messageId },
    recordedAt: { datetime: new Date(recordedAt).toISOString() },
    ...measured,
  };
}

function fromPython({ messageId, recordedAt, ...measured }: PythonReading): unknown {
  return { messageId: messageId.UUID, recordedAt: Date.parse(recordedAt.datetime), ...measured };
}
