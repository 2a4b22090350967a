import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { aReading } from './a-reading.fixture.js';
import { frameAvro, ReadingCodec, readingSchema, readingType, type SchemaSource } from './index.js';

function registryOf(schemas: Record<number, object>) {
  let asked = 0;
  const source: SchemaSource = {
    schemaById: async (id) => {
      asked++;
      return schemas[id] && JSON.stringify(schemas[id]);
    },
    idOf: async () => undefined,
  };
  return { source, timesAsked: () => asked };
}

describe('ReadingCodec', () => {
  it('reads back what was written, missing sensors as null', async () => {
    const codec = new ReadingCodec(registryOf({ 7: readingSchema }).source);
    await codec.learn(7);
    expect(codec.decode(frameAvro(7, readingType, aReading()))).toEqual({ reading: aReading() });
  });

  it('asks once for an id, however many records wait for it', async () => {
    const registry = registryOf({ 7: readingSchema });
    const codec = new ReadingCodec(registry.source);
    const body = frameAvro(7, readingType, aReading());
    expect(codec.decode(body)).toEqual({ schemaPending: 7 });
    await Promise.all([codec.learn(7), codec.learn(7), codec.learn(7)]);
    expect(registry.timesAsked()).toBe(1);
    expect(codec.decode(body)).toHaveProperty('reading');
  });

  it('takes message ids in capitals for what they are', async () => {
    const codec = new ReadingCodec(registryOf({ 7: readingSchema }).source);
    await codec.learn(7);
    const { messageId } = aReading();
    for (const spelt of [messageId, messageId.toUpperCase()])
      expect(codec.decode(frameAvro(7, readingType, aReading({ messageId: spelt })))).toMatchObject({
        reading: { messageId },
      });
    for (const wrong of [messageId.slice(1), `${messageId.slice(1)}g`, messageId.replaceAll('-', '0')])
      expect(codec.decode(frameAvro(7, readingType, aReading({ messageId: wrong })))).toHaveProperty(
        'rejection',
      );
  });

  it('keeps an extra of whatever name', async () => {
    const codec = new ReadingCodec(registryOf({ 7: readingSchema }).source);
    await codec.learn(7);
    const extras = JSON.parse('{"__proto__": 1, "constructor": 2, "": 3}') as Record<string, number>;
    const decoded = codec.decode(frameAvro(7, readingType, aReading({ extras })));
    expect('reading' in decoded && Object.entries(decoded.reading.extras)).toEqual(Object.entries(extras));
  });

  it.each([
    ['recordedAt', 253_402_300_800_000],
    ['recordedAt', -62_135_596_800_001],
    ['sequence', 2 ** 52 + 2],
    ['sequence', -(2 ** 52) - 1e12],
  ])('gives up one whose %s is %d, which others could not read', async (field, value) => {
    const codec = new ReadingCodec(registryOf({ 7: readingSchema }).source);
    await codec.learn(7);
    expect(codec.decode(frameAvro(7, readingType, aReading({ [field]: value })))).toMatchObject({
      rejection: { reason: 'malformed-body', error: expect.stringContaining(`${field}: `) as string },
    });
  });

  it('reads one whose fields stand in another order, and one that is at an older version with fields of its own', async () => {
    const reordered = { ...readingSchema, fields: [...readingSchema.fields].reverse() };
    const older = {
      ...readingSchema,
      fields: [
        ...readingSchema.fields.filter(({ name }) => name !== 'cargoTemperatureC'),
        { name: 'oilPressureKpa', type: ['null', 'double'], default: null },
      ],
    };
    const codec = new ReadingCodec(registryOf({ 8: reordered, 9: older }).source);
    await codec.learn(8);
    await codec.learn(9);
    const written = (id: number, schema: object, more = {}) =>
      codec.decode(
        frameAvro(id, avsc.Type.forSchema(schema as avsc.Schema), { ...aReading({ extras: {} }), ...more }),
      );
    expect(written(8, reordered)).toEqual({ reading: aReading({ extras: {} }) });
    expect(written(9, older, { oilPressureKpa: 310.5 })).toEqual({
      reading: aReading({ cargoTemperatureC: null, extras: { oilPressureKpa: 310.5 } }),
    });
  });

  it('takes neither less than a record nor more', async () => {
    const codec = new ReadingCodec(registryOf({ 7: readingSchema }).source);
    await codec.learn(7);
    const good = frameAvro(7, readingType, aReading());
    expect(codec.decode(Buffer.concat([good, Buffer.of(0)]))).toMatchObject({
      rejection: { error: expect.stringContaining('trailing data: 1 bytes') as string },
    });
    expect(codec.decode(good.subarray(0, -1))).toHaveProperty('rejection');
  });

  it('does not remember that an id was missing, since it may appear later', async () => {
    const schemas: Record<number, object> = {};
    const codec = new ReadingCodec(registryOf(schemas).source);
    expect(await codec.learn(9)).toBe(false);
    schemas[9] = readingSchema;
    expect(await codec.learn(9)).toBe(true);
  });

  it('keeps fields of a newer writer in extras', async () => {
    const v2 = {
      ...readingSchema,
      fields: [
        ...readingSchema.fields,
        { name: 'oilPressureKpa', type: ['null', 'double'], default: null },
        { name: 'adBluePercent', type: ['null', 'int'], default: null },
      ],
    };
    const codec = new ReadingCodec(registryOf({ 8: v2 }).source);
    await codec.learn(8);
    const body = frameAvro(8, avsc.Type.forSchema(v2 as avsc.Schema), {
      ...aReading({ extras: {} }),
      oilPressureKpa: 310.5,
      adBluePercent: null,
    });
    expect(codec.decode(body)).toEqual({ reading: aReading({ extras: { oilPressureKpa: 310.5 } }) });
  });

  it('keeps what a newer writer knows about the location, like JSON does', async () => {
    const v2 = structuredClone(readingSchema) as { fields: { name: string; type: unknown }[] };
    const location = v2.fields.find(({ name }) => name === 'location');
    const [none, record] = location?.type as [string, { fields: object[] }];
    const altitude = { name: 'altitudeM', type: ['null', 'double'], default: null };
    if (location) location.type = [none, { ...record, fields: [...record.fields, altitude] }];
    const codec = new ReadingCodec(registryOf({ 8: v2 }).source);
    await codec.learn(8);
    const body = frameAvro(8, avsc.Type.forSchema(v2 as avsc.Schema), {
      ...aReading({ extras: {} }),
      location: { latitude: 52.52, longitude: 13.4, altitudeM: 34.5 },
    });
    expect(codec.decode(body)).toEqual({ reading: aReading({ extras: { 'location.altitudeM': 34.5 } }) });
  });

  it('reads no numbers in other units, whatever the registry let through', async () => {
    const inUnit = (unit?: string) => ({
      ...readingSchema,
      fields: readingSchema.fields.map((field) => (field.name === 'speedKph' ? { ...field, unit } : field)),
    });
    const codec = new ReadingCodec(registryOf({ 8: inUnit('mph'), 9: inUnit(undefined) }).source);
    await Promise.all([codec.learn(8), codec.learn(9)]);
    expect(codec.decode(frameAvro(8, readingType, aReading()))).toMatchObject({
      rejection: {
        reason: 'wrong-schema',
        error: expect.stringContaining('the field "speedKph" was in km/h and is in mph') as string,
      },
    });
    expect(codec.decode(frameAvro(9, readingType, aReading()))).toHaveProperty('reading');
  });

  it('names the cause of every kind of trouble', async () => {
    const textual = {
      ...readingSchema,
      fields: readingSchema.fields.map((field) =>
        field.name === 'speedKph' ? { ...field, type: ['null', 'string'] } : field,
      ),
    };
    const codec = new ReadingCodec(
      registryOf({ 7: readingSchema, 6: textual, 5: { type: 'record', name: 'Invoice', fields: [] } }).source,
    );
    for (const id of [7, 6, 5]) await codec.learn(id);
    const good = frameAvro(7, readingType, aReading());
    const reasonOf = (body: Buffer) => {
      const decoded = codec.decode(body);
      return 'rejection' in decoded ? `${decoded.rejection.reason}: ${decoded.rejection.error}` : 'accepted';
    };
    expect(reasonOf(Buffer.from('{"a":1}'))).toMatch(/^malformed-body: .*wire format/);
    expect(reasonOf(good.subarray(0, 40))).toMatch(/^malformed-body: not a reading of schema 7/);
    expect(reasonOf(Buffer.concat([Buffer.of(0, 0, 0, 0, 5), good.subarray(5)]))).toMatch(
      /^wrong-schema: .*Invoice/,
    );
    expect(reasonOf(Buffer.concat([Buffer.of(0, 0, 0, 0, 6), good.subarray(5)]))).toMatch(
      /^wrong-schema: schema 6 .*the field "speedKph" was null or double and is null or string/,
    );
    expect(reasonOf(frameAvro(7, readingType, aReading({ messageId: 'x' })))).toMatch(
      /messageId: "x" is not a UUID/,
    );
    expect(reasonOf(frameAvro(7, readingType, aReading({ speedKph: NaN })))).toMatch(/speedKph/);
  });

  it.each([
    ['a count of 2^40', [2n ** 40n]],
    ['a count of 2^52 with its size', [-(2n ** 52n), 0n]],
    ['the largest count there is', [2n ** 63n - 1n]],
    ['the smallest count there is', [-(2n ** 63n), 0n]],
  ])('gives up a map that promises more than it holds at once: %s', async (_what, longs) => {
    const codec = new ReadingCodec(registryOf({ 7: readingSchema }).source);
    await codec.learn(7);
    const good = frameAvro(7, readingType, aReading({ extras: {} }));
    // The last byte says that the map is at its end.
    const bomb = Buffer.concat([good.subarray(0, -1), ...longs.map(zigZag)]);
    expect(codec.decode(bomb)).toMatchObject({
      rejection: { reason: 'malformed-body', error: expect.stringMatching(/entries, with \d+ bytes left/) },
    });
  });

  it('gives up an array of nothings that promises millions of them', async () => {
    const fields = [
      ...readingSchema.fields,
      { name: 'tyres', type: { type: 'array', items: 'null' }, default: [] },
    ];
    const newer = { ...readingSchema, fields };
    const codec = new ReadingCodec(registryOf({ 8: newer }).source);
    await codec.learn(8);
    const good = frameAvro(8, avsc.Type.forSchema(newer as avsc.Schema), { ...aReading(), tyres: [] });
    const bomb = Buffer.concat([good.subarray(0, -1), zigZag(2n ** 31n), zigZag(0n)]);
    expect(codec.decode(bomb)).toMatchObject({ rejection: { reason: 'malformed-body' } });
  });
});

/** How Avro writes a long. */
function zigZag(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.of(...bytes, Number(rest));
}
