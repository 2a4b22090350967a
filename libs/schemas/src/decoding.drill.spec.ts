import avsc, { type Type } from 'avsc';
import { expect, it } from 'vitest';
import { aReading } from './a-reading.fixture.js';
import { frameAvro, ReadingCodec, readingSchema, readingType, WIRE_PREFIX_BYTES } from './index.js';

// What decoding costs beside avsc alone, as a ratio: `npm run measure:decoding`.

const ROUNDS = 41;
const A_ROUND = 20_000;
const ALLOWED = 1.5;

const reading = aReading();

const evolvedSchema = {
  ...readingSchema,
  fields: [
    ...readingSchema.fields,
    { name: 'oilPressureKpa', type: ['null', 'double'], default: null },
    { name: 'adBluePercent', type: ['null', 'double'], default: null },
  ],
};
const evolvedType = avsc.Type.forSchema(evolvedSchema as avsc.Schema);
const evolved = { ...reading, oilPressureKpa: 310.5, adBluePercent: null };

it.each([
  ['our own schema', readingSchema, readingType, reading, undefined],
  ['an evolved schema', evolvedSchema, evolvedType, evolved, readingType.createResolver(evolvedType)],
])('decodes %s for at most 1.5 times what avsc takes', async (what, schema, type: Type, value, resolver) => {
  const codec = new ReadingCodec({
    schemaById: async () => JSON.stringify(schema),
    idOf: async () => undefined,
  });
  await codec.learn(1);
  const body = frameAvro(1, type, value);
  const bare = body.subarray(WIRE_PREFIX_BYTES);
  const withAvsc = () => void readingType.fromBuffer(bare, resolver);
  const withOurs = () => void codec.decode(body);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // In turns, so that whatever else the machine does is beside both.
    const avscTook = timeOf(withAvsc);
    ratios.push(timeOf(withOurs) / avscTook);
  }
  const median = ratios.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? Infinity;
  process.stdout.write(
    `${what}: ${median.toFixed(2)} times avsc alone (${(timeOf(withOurs) * 1000) / A_ROUND} µs)\n`,
  );
  expect(median).toBeLessThanOrEqual(ALLOWED);
});

function timeOf(decode: () => void): number {
  const begun = performance.now();
  for (let n = 0; n < A_ROUND; n++) decode();
  return performance.now() - begun;
}
