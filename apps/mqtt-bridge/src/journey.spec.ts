import { randomUUID } from 'node:crypto';
import {
  CONTENT_TYPE,
  type DeadLetterReason,
  deadLetterIdOfMqtt,
  type Reading,
  readingType,
  REDRIVEN_HEADER,
  TOPICS,
  WIRE_PREFIX_BYTES,
} from '@navora/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aJourney, aReading, avroOf, READING_SCHEMA_ID } from './journey.fixture.js';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const { vehicleId: _named, ...readingWithoutVehicle } = aReading();

describe('a message that is a reading', () => {
  it('goes to Kafka under its vehicle, JSON as Avro, and is acknowledged only when Kafka has it', async () => {
    const { receive, readingsLane, pubacks, window } = await aJourney();
    const before = Date.now();
    receive({ payload: json(readingWithoutVehicle) });
    const record = readingsLane.records[0];
    expect(record).toMatchObject({ topic: TOPICS.readings, key: 'truck-17' });
    expect(record?.timestamp).toBeGreaterThanOrEqual(before);
    const reading = readingType.fromBuffer(record?.value?.subarray(WIRE_PREFIX_BYTES) as Buffer) as Reading;
    expect(reading).toEqual(aReading());
    expect(pubacks).toEqual([]);
    expect(window.size).toBe(1);
    readingsLane.acknowledgeAll();
    expect(pubacks).toEqual([1]);
  });

  it('travels on byte by byte when it is Avro, whatever the content type says', async () => {
    const { receive, readingsLane } = await aJourney();
    const payload = avroOf(aReading());
    const contentTypes = [CONTENT_TYPE.avro, undefined, 'text/plain'];
    for (const contentType of contentTypes) receive({ payload, properties: { contentType } });
    expect(readingsLane.records.map(({ value }) => value)).toEqual([payload, payload, payload]);
  });

  it('takes its trace along, and no other user property', async () => {
    const { receive, readingsLane } = await aJourney();
    const userProperties = { traceparent: ['00-old', '00-new'], tracestate: 'a=1', secret: 'x' };
    receive({ payload: avroOf(aReading()), properties: { userProperties } });
    receive({ payload: avroOf(aReading()) });
    expect(readingsLane.records.map(({ headers }) => headers)).toEqual([
      { traceparent: '00-new', tracestate: 'a=1' },
      undefined,
    ]);
  });

  it('takes the mark of a redriven message along, so that a second failure is known as one', async () => {
    const { receive, readingsLane, letters } = await aJourney();
    const mark = `${randomUUID()}/1`;
    const marked = (value: string) => ({ properties: { userProperties: { [REDRIVEN_HEADER]: value } } });
    receive({ payload: avroOf(aReading()), ...marked(mark) });
    receive({ payload: avroOf(aReading()), ...marked('anything a vehicle may say') });
    receive({ payload: json('bad'), ...marked(mark) });
    expect(readingsLane.records.map(({ headers }) => headers)).toEqual([{ [REDRIVEN_HEADER]: mark }, {}]);
    expect(letters()).toMatchObject([{ headers: { [REDRIVEN_HEADER]: Buffer.from(mark) } }]);
  });

  it('is forwarded unverified while its schema is unknown, which is asked for in the background', async () => {
    const { receive, readingsLane, asked, registry } = await aJourney();
    const payload = avroOf(aReading({ vehicleId: 'truck-18' }));
    payload.writeUInt32BE(4711, 1);
    receive({ payload });
    expect(readingsLane.records).toMatchObject([{ key: 'truck-17', value: payload }]);
    expect(asked).toEqual([4711]);
    expect(await registry.getSingleMetricAsString('navora_bridge_unverified_readings_total')).toMatch(/ 1$/m);
  });

  it('B13: is forwarded too when it comes at QoS 0, retained or again, and QoS 0 has no PUBACK', async () => {
    const { receive, readingsLane, pubacks } = await aJourney();
    const payload = avroOf(aReading());
    receive({ payload, qos: 0, messageId: undefined });
    receive({ payload, retain: true, messageId: 5 });
    receive({ payload, dup: true, messageId: 6 });
    readingsLane.acknowledgeAll();
    expect(readingsLane.records).toHaveLength(3);
    expect(pubacks).toEqual([5, 6]);
  });
});

describe('a message that must be given up', () => {
  const good = avroOf(aReading());
  const wrongSchema = Buffer.from(good);
  wrongSchema.writeUInt32BE(9, 1);
  const cases: [DeadLetterReason, string, Buffer, string | undefined, RegExp][] = [
    ['invalid-topic', 'vehicles/truck 17/telemetry', good, undefined, /no valid vehicle id/],
    ['invalid-topic', `vehicles/${'x'.repeat(65_000)}/telemetry`, good, undefined, /no valid vehicle id/],
    ['empty-body', 'vehicles/truck-17/telemetry', Buffer.alloc(0), 'truck-17', /no body/],
    ['body-too-large', 'vehicles/truck-17/telemetry', Buffer.alloc(65_537), 'truck-17', /65537 bytes/],
    ['malformed-body', 'vehicles/truck-17/telemetry', json({}), 'truck-17', /^recordedAt: expected/],
    ['malformed-body', 'vehicles/truck-17/telemetry', good.subarray(0, 30), 'truck-17', /not a reading of/],
    ['malformed-body', 'vehicles/truck-17/telemetry', Buffer.of(0, 1), 'truck-17', /wire format/],
    ['wrong-schema', 'vehicles/truck-17/telemetry', wrongSchema, 'truck-17', /Invoice/],
    [
      'vehicle-mismatch',
      'vehicles/truck-18/telemetry',
      good,
      'truck-18',
      /expected truck-18, .* found truck-17/,
    ],
    ['vehicle-mismatch', 'vehicles/truck-18/telemetry', json(aReading()), 'truck-18', /found "truck-17"/],
  ];

  it.each(cases)('B12: %s: topic %.40s', async (reason, topic, payload, vehicleId, error) => {
    const { receive, readingsLane, deadLettersLane, letters, pubacks } = await aJourney();
    receive({
      topic,
      payload,
      properties: { contentType: 'x/y', userProperties: { traceparent: '00-t', model: 'x' } },
    });
    expect(readingsLane.records).toEqual([]);
    expect(deadLettersLane.records).toMatchObject([
      { topic: TOPICS.deadLetters, key: vehicleId ?? null, headers: { traceparent: '00-t' } },
    ]);
    const [letter] = letters();
    expect(letter).toMatchObject({
      id: deadLetterIdOfMqtt(topic, payload),
      reason,
      service: 'mqtt-bridge',
      vehicleId: vehicleId ?? null,
      mqttTopic: topic,
      topic: null,
      partition: null,
      offset: null,
      contentType: 'x/y',
      headers: { traceparent: Buffer.from('00-t'), model: Buffer.from('x') },
    });
    expect(letter?.error).toMatch(error);
    expect(letter?.value?.equals(payload)).toBe(true);
    expect(pubacks).toEqual([]);
    deadLettersLane.acknowledgeAll();
    expect(pubacks).toEqual([1]);
  });

  it('is dead-lettered too when our own code throws on it', async () => {
    const codec = {
      decode: () => {
        throw new TypeError('a bug of ours');
      },
    };
    const { receive, letters } = await aJourney({ codec });
    receive({ payload: good });
    expect(letters()).toMatchObject([{ reason: 'processing-error', error: 'TypeError: a bug of ours' }]);
  });

  it('harms nobody else: those behind it go on, and wait only with their PUBACKs', async () => {
    const { receive, readingsLane, deadLettersLane, pubacks } = await aJourney();
    receive({ payload: json('bad') });
    receive({ payload: good });
    readingsLane.acknowledgeAll();
    expect(pubacks).toEqual([]);
    deadLettersLane.acknowledgeAll();
    expect(pubacks).toEqual([1, 2]);
  });
});

it('ends every message exactly once, as a reading or as a dead letter, whatever bytes come', async () => {
  const good = avroOf(aReading());
  const broken = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
    const body = Buffer.from(good);
    body[at] = byte;
    return body;
  });
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.concat([Buffer.of(0, 0, 0, 0, READING_SCHEMA_ID), b])),
    fc.jsonValue().map(json),
    broken,
  );
  const packet = fc.record({
    payload: body,
    topic: fc.oneof(fc.constant('vehicles/truck-17/telemetry'), fc.string()),
    qos: fc.constantFrom<0 | 1>(0, 1),
    properties: fc.record({
      contentType: fc.oneof(fc.constantFrom(...Object.values(CONTENT_TYPE)), fc.string()),
      userProperties: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string()))),
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(packet, { maxLength: 20 }), async (packets) => {
      const { receive, readingsLane, deadLettersLane, letters, pubacks, intake } = await aJourney();
      for (const one of packets) receive(one);
      expect(readingsLane.records.length + deadLettersLane.records.length).toBe(packets.length);
      expect(letters()).toHaveLength(deadLettersLane.records.length);
      deadLettersLane.acknowledgeAll();
      readingsLane.acknowledgeAll();
      const wanted = packets.flatMap(({ qos }, i) => (qos > 0 ? [i + 1] : []));
      expect(pubacks).toEqual(wanted);
      expect(intake.stalledMs(Date.now() + 1000)).toBe(0);
    }),
    { numRuns: 200 },
  );
});
