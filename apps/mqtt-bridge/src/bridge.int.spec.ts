import { randomUUID } from 'node:crypto';
import { CONTENT_TYPE, deadLetterIdOfMqtt, frameAvro, readingType, TOPICS } from '@navora/schemas';
import { partitionOf } from '@navora/kafka';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aReading } from './journey.fixture.js';
import { aBridge } from './running-bridge.fixture.js';
import { pubackIds, publishedIds, TappedProxy } from './tapped-proxy.fixture.js';
import { TestStack } from './test-stack.fixture.js';

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 20_000, interval: 20 });

let stack: TestStack;
let proxy: TappedProxy;
let vehicles: MqttClient;

beforeAll(async () => {
  stack = await TestStack.open(process.env);
  proxy = await TappedProxy.open(stack.mqttUrl);
  stack.onDispose(() => proxy.close());
  vehicles = await stack.connectVehicles();
  const { bridge } = await aBridge(stack, proxy.url);
  await until(() => expect(bridge.notReadyBecause()).toEqual([]));
}, 60_000);

afterAll(() => stack?.dispose(), 30_000);

const recordOf = (vehicleId: string) => stack.written.find(({ key }) => key === vehicleId);
const letterOf = (vehicleId: string) => stack.letters.find(({ record }) => record.key === vehicleId);

describe('the bridge between a real broker and a real Kafka', () => {
  it('carries JSON over as Avro, with key, headers and the time of receipt', async () => {
    const before = Date.now();
    const { vehicleId: _named, ...body } = aReading({ messageId: randomUUID() });
    await vehicles.publishAsync(stack.mqttTopicOf('json-1'), JSON.stringify({ ...body, oilKpa: 310 }), {
      qos: 1,
      properties: {
        contentType: CONTENT_TYPE.json,
        userProperties: { traceparent: '00-a-b-01', other: 'x' },
      },
    });
    await until(() => expect(recordOf('json-1')).toBeDefined());
    const record = recordOf('json-1');
    expect(record?.headers).toEqual({ traceparent: '00-a-b-01' });
    expect(record?.partition).toBe(partitionOf('json-1', 16));
    expect(record?.timestamp).toBeGreaterThanOrEqual(before);
    const reading = (await stack.decoded()).find(({ vehicleId }) => vehicleId === 'json-1');
    expect(reading).toEqual({ ...body, vehicleId: 'json-1', extras: { oilKpa: 310 } });
  });

  it('carries Avro over byte by byte', async () => {
    const body = frameAvro(
      await stack.schemaIdOf(TOPICS.readings),
      readingType,
      aReading({ messageId: randomUUID(), vehicleId: 'avro-1' }),
    );
    await vehicles.publishAsync(stack.mqttTopicOf('avro-1'), body, { qos: 1 });
    await until(() => expect(recordOf('avro-1')?.value).toEqual(body));
  });

  const bad: [string, string, Buffer][] = [
    ['vehicle-mismatch', 'mismatch-1', Buffer.from(JSON.stringify(aReading()))],
    ['body-too-large', 'large-1', Buffer.alloc(300_000, 'x')],
    ['malformed-body', 'malformed-1', Buffer.from('{"recordedAt":"yesterday"}')],
    ['empty-body', 'empty-1', Buffer.alloc(0)],
  ];
  it.each(bad)('B12: dead-letters a message with its bytes: %s', async (reason, vehicle, body) => {
    const topic = stack.mqttTopicOf(vehicle);
    await vehicles.publishAsync(topic, body, { qos: 1 });
    await until(() => expect(letterOf(vehicle)).toBeDefined());
    const letter = letterOf(vehicle);
    expect(letter).toMatchObject({ id: deadLetterIdOfMqtt(topic, body), reason, mqttTopic: topic });
    expect(letter?.value?.equals(body)).toBe(true);
    expect(recordOf(vehicle)).toBeUndefined();
  });

  it('B12: acknowledges all of them, in the order they came', async () => {
    const sent = Array.from({ length: 500 }, (_, i) => {
      const body = i % 10 === 0 ? 'bad' : JSON.stringify({ recordedAt: 1_763_800_000_000 + i });
      return vehicles.publishAsync(stack.mqttTopicOf(`order-${i % 7}`), body, { qos: 1 });
    });
    await Promise.all(sent);
    const [tap] = proxy.taps;
    await until(() => expect(pubackIds(tap?.fromBridge ?? []).length).toBeGreaterThanOrEqual(506));
    expect(pubackIds(tap?.fromBridge ?? [])).toEqual(publishedIds(tap?.fromBroker ?? []));
    await until(() => expect(stack.written.filter(({ key }) => key?.startsWith('order-')).length).toBe(450));
    for (let vehicle = 0; vehicle < 7; vehicle++) {
      const times = (await stack.decoded())
        .filter(({ vehicleId }) => vehicleId === `order-${vehicle}`)
        .map(({ recordedAt }) => recordedAt);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });
});
