import {
  type DeadLetter,
  frameAvro,
  type Reading,
  ReadingCodec,
  readingSchema,
  readingType,
  SCHEMA_OF_TOPIC,
  TOPICS,
  WIRE_PREFIX_BYTES,
  type SchemaSource,
} from '@navora/schemas';
import type { OutgoingRecord } from '@navora/kafka';
import type { IPublishPacket } from 'mqtt-packet';
import { Registry } from 'prom-client';
import { AckWindow } from './ack-window.js';
import { Intake } from './intake.js';
import { Journey, type JourneyParts } from './journey.js';
import { createBridgeMetrics } from './metrics.js';
import { VehicleTopic } from './vehicle-topic.js';

export const READING_SCHEMA_ID = 7;
const LETTER_SCHEMA_ID = 8;
const letterType = SCHEMA_OF_TOPIC[TOPICS.deadLetters].type;

export const aReading = (over: Partial<Reading> = {}): Reading => ({
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
  extras: {},
  ...over,
});

export const avroOf = (reading: Reading) => frameAvro(READING_SCHEMA_ID, readingType, reading);

/** Kafka, in memory: records wait here until the test acknowledges them. */
export class MemoryLane {
  readonly records: OutgoingRecord[] = [];
  private readonly waiting: (() => void)[] = [];

  produce(record: OutgoingRecord, acknowledged: () => void): void {
    this.records.push(record);
    this.waiting.push(acknowledged);
  }

  acknowledgeAll(): void {
    for (const acknowledged of this.waiting.splice(0)) acknowledged();
  }
}

/** A journey with everything in memory, and what came of it. */
export async function aJourney(over: Partial<JourneyParts> = {}) {
  const known: Record<number, object> = {
    [READING_SCHEMA_ID]: readingSchema,
    9: { type: 'record', name: 'Invoice', fields: [] },
  };
  const source: SchemaSource = {
    schemaById: async (id) => known[id] && JSON.stringify(known[id]),
    idOf: async () => undefined,
  };
  const codec = new ReadingCodec(source);
  await Promise.all(Object.keys(known).map((id) => codec.learn(Number(id))));
  const readingsLane = new MemoryLane();
  const deadLettersLane = new MemoryLane();
  const asked: number[] = [];
  const registry = new Registry();
  const intake = new Intake({ messages: 1000, bytes: 1_000_000 });
  const journey = new Journey({
    vehicleTopic: new VehicleTopic('vehicles/{vehicleId}/telemetry'),
    codec,
    learner: { learnSoon: (id) => asked.push(id) },
    readings: { topic: TOPICS.readings, encode: avroOf },
    deadLetters: {
      topic: TOPICS.deadLetters,
      encode: (letter) => frameAvro(LETTER_SCHEMA_ID, letterType, letter),
    },
    readingsLane,
    deadLettersLane,
    intake,
    metrics: createBridgeMetrics(registry),
    ...over,
  });
  const pubacks: number[] = [];
  const window = new AckWindow((packetId) => pubacks.push(packetId));
  let packetId = 0;
  const receive = (packet: Partial<IPublishPacket>) => {
    journey.begin(aPublish({ messageId: ++packetId, ...packet }), window);
  };
  const letters = () =>
    deadLettersLane.records.map(
      ({ value }) =>
        letterType.fromBuffer(value?.subarray(WIRE_PREFIX_BYTES) ?? Buffer.alloc(0)) as DeadLetter,
    );
  return {
    journey,
    receive,
    readingsLane,
    deadLettersLane,
    letters,
    pubacks,
    window,
    asked,
    intake,
    registry,
  };
}

export const aPublish = (over: Partial<IPublishPacket> = {}): IPublishPacket => ({
  cmd: 'publish',
  topic: 'vehicles/truck-17/telemetry',
  payload: Buffer.from('{}'),
  qos: 1,
  dup: false,
  retain: false,
  ...over,
});
