import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, OtlpReceiver, ownName, realServices } from '@navora/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runServices, type RunningServices } from './services.fixture.js';
import { renderTrace } from './trace-tree.fixture.js';

let collector: OtlpReceiver;
let running: RunningServices;
let device: MqttClient;

beforeAll(async () => {
  collector = await OtlpReceiver.start();
  running = await runServices({ NAVORA_OTLP_URL: collector.url, NAVORA_TRACE_RATIO: '0' });
  device = await mqtt.connectAsync(realServices().mqttUrl, {
    protocolVersion: 5,
    clientId: ownName('device'),
  });
});
afterAll(async () => {
  await device?.endAsync();
  await running?.stop();
  await collector?.stop();
});

/** What a device does that follows its own readings: a span of its own, around the publish, that it tells the collector. */
async function publish(
  vehicleId: string,
  body: object | string,
  flags: '00' | '01' | 'none',
): Promise<string> {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const startedAt = Date.now();
  await device.publishAsync(
    `vehicles/${vehicleId}/telemetry`,
    typeof body === 'string' ? body : JSON.stringify(body),
    {
      qos: 1,
      ...(flags === 'none'
        ? {}
        : { properties: { userProperties: { traceparent: `00-${traceId}-${spanId}-${flags}` } } }),
    },
  );
  if (flags === '01') await tellCollector({ traceId, spanId, startedAt, endedAt: Date.now() });
  return traceId;
}

async function tellCollector(span: { traceId: string; spanId: string; startedAt: number; endedAt: number }) {
  const { traceId, spanId, startedAt, endedAt } = span;
  const times = { startTimeUnixNano: `${startedAt}000000`, endTimeUnixNano: `${endedAt}000000` };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'device' } }] };
  const scopeSpans = [{ spans: [{ traceId, spanId, name: 'publish', kind: 4, ...times }] }];
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
  await fetch(`${collector.url}/v1/traces`, { method: 'POST', body });
}

let recordedAt = Date.now();
/** Each later than the one before. */
const aBreach = () => ({ messageId: randomUUID(), recordedAt: ++recordedAt, engineTemperatureC: 120 });

function logOf(service: string): string {
  return readFileSync(join(running.folder, `${service}.log`), 'utf8');
}

describe('a reading that is followed', () => {
  it('is one trace, from the span of its device to the alert', async () => {
    const vehicleId = ownName('truck');
    const traceId = await publish(vehicleId, aBreach(), '01');
    const spans = await eventually('the whole trace', () => {
      const found = collector.of(traceId);
      return found.length >= 6 && found;
    });
    const parentOf = (name: string) => {
      const span = spans.find((one) => one.name === name);
      return spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name;
    };
    expect(spans.map(({ service, name }) => `${service}: ${name}`).toSorted()).toEqual([
      'alerts: change alerts',
      'alerts: judge alerts',
      'device: publish',
      'mqtt-bridge: receive',
      'processor: process',
      'processor: store',
    ]);
    expect(['receive', 'process', 'store', 'judge alerts', 'change alerts'].map(parentOf)).toEqual([
      ...['publish', 'receive', 'process', 'process', 'judge alerts'],
    ]);
    expect(spans.find(({ name }) => name === 'change alerts')?.attributes).toMatchObject({
      'navora.vehicle_id': vehicleId,
      'navora.rule': 'engine-overheating',
      'navora.transition': 'opened',
    });
    expect(spans.every(({ startedAt, endedAt, failure }) => endedAt >= startedAt && !failure)).toBe(true);
    const said = await eventually('the line about the alert', () =>
      logOf('alerts')
        .split('\n')
        .find((line) => line.includes(traceId)),
    );
    expect(JSON.parse(said)).toMatchObject({ event: 'alert_changed', vehicleId, transition: 'opened' });
    // npm run show:trace
    console.log(renderTrace(spans));
  });

  it('says, in trace and log, why it went no further', async () => {
    const vehicleId = ownName('truck');
    const traceId = await publish(vehicleId, 'no JSON', '01');
    const spans = await eventually('the trace', () => {
      const found = collector.of(traceId);
      return found.length >= 2 && found;
    });
    expect(spans.find(({ name }) => name === 'receive')).toMatchObject({ failure: 'malformed-body' });
    await eventually('the line about the dead letter', () => logOf('mqtt-bridge').includes(traceId));
  });

  it('is followed only if its device, or chance, wants it', async () => {
    const vehicleId = ownName('truck');
    const unwanted = await publish(vehicleId, aBreach(), '00');
    await publish(vehicleId, aBreach(), 'none');
    const last = await publish(vehicleId, aBreach(), '01');
    await eventually('the trace of the last', () =>
      collector.of(last).some(({ name }) => name === 'process'),
    );
    expect(collector.of(unwanted)).toEqual([]);
    const traces = new Set(
      collector.spans
        .filter(({ attributes }) => attributes['navora.vehicle_id'] === vehicleId)
        .map(({ traceId }) => traceId),
    );
    expect([...traces]).toEqual([last]);
    // The trace that nobody keeps still finds its lines.
    expect(logOf('alerts')).toContain(unwanted);
  });
});
