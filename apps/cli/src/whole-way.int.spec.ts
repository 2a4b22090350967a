import { randomUUID } from 'node:crypto';
import { frameAvro, readingSchema, readingType, SchemaRegistry, subjectOf, TOPICS } from '@navora/schemas';
import { aReading, eventually, ownName, realServices } from '@navora/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { navora, runServices, type RunningServices } from './services.fixture.js';

let running: RunningServices;
let vehicle: MqttClient;

beforeAll(async () => {
  running = await runServices();
  vehicle = await mqtt.connectAsync(realServices().mqttUrl, {
    protocolVersion: 5,
    clientId: ownName('vehicle'),
  });
});
afterAll(async () => {
  await vehicle?.endAsync();
  await running?.stop();
});

const publish = (vehicleId: string, body: object | Buffer, contentType?: string) =>
  vehicle.publishAsync(
    `vehicles/${vehicleId}/telemetry`,
    Buffer.isBuffer(body) ? body : JSON.stringify(body),
    {
      qos: 1,
      ...(contentType ? { properties: { contentType } } : {}),
    },
  );

async function jsonOf(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await navora(...args, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

describe('a reading published over MQTT', () => {
  it('B13: is one row, however it comes again: with DUP, with another packet id, by another connection', async () => {
    const id = ownName('truck');
    const topic = `vehicles/${id}/telemetry`;
    const recordedAt = Date.now() - 1000;
    const body = JSON.stringify({ messageId: randomUUID(), recordedAt, speedKph: 71 });
    const another = await mqtt.connectAsync(realServices().mqttUrl, { protocolVersion: 5 });
    await vehicle.publishAsync(topic, body, { qos: 1 });
    await vehicle.publishAsync(topic, body, { qos: 1, dup: true });
    await vehicle.publishAsync(topic, body, { qos: 1 });
    await another.publishAsync(topic, body, { qos: 1, dup: true });
    await another.endAsync();
    // A vehicle's readings keep their order: once its last is stored, so is all before.
    await publish(id, { messageId: randomUUID(), recordedAt: recordedAt + 1 });
    const rows = await eventually('the last row', async () => {
      const found = await jsonOf('readings', id);
      return found.some((row) => row['recordedAt'] === new Date(recordedAt + 1).toISOString()) && found;
    });
    expect(rows).toHaveLength(2);
  });

  it('is a row and, when it breaks a rule, an alert, which a later reading clears', async () => {
    const id = ownName('truck');
    const messageId = randomUUID();
    const recordedAt = new Date().toISOString();
    await publish(id, {
      messageId,
      recordedAt,
      engineTemperatureC: 104.5,
      location: { latitude: 52.5, longitude: 13.4 },
      tyres: { frontLeft: 8.1 },
    });
    const [row] = await eventually('the row', async () => {
      const rows = await jsonOf('readings', id);
      return rows.length > 0 && rows;
    });
    expect(row).toMatchObject({
      vehicleId: id,
      messageId,
      recordedAt,
      engineTemperatureC: 104.5,
      latitude: 52.5,
      extras: { 'tyres.frontLeft': 8.1 },
    });
    expect(row).not.toHaveProperty('cargoTemperatureC');

    const open = await eventually('the open alert', async () => {
      const alerts = await jsonOf('alerts', 'list', '--vehicle', id);
      return alerts.length > 0 && alerts;
    });
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({
      vehicleId: id,
      rule: 'engine-overheating',
      severity: 'critical',
      status: 'open',
      value: 104.5,
      openedAt: recordedAt,
    });

    await publish(id, {
      messageId: randomUUID(),
      recordedAt: Date.parse(recordedAt) + 1000,
      engineTemperatureC: 97,
    });
    await publish(id, {
      messageId: randomUUID(),
      recordedAt: Date.parse(recordedAt) + 2000,
      engineTemperatureC: 95,
    });
    const [cleared] = await eventually('the cleared alert', async () => {
      const alerts = await jsonOf('alerts', 'list', '--vehicle', id);
      return alerts[0]?.['status'] === 'cleared' && alerts;
    });
    expect(cleared).toMatchObject({ clearedAt: new Date(Date.parse(recordedAt) + 2000).toISOString() });
    expect(await jsonOf('alerts', 'list', '--open')).not.toContainEqual(
      expect.objectContaining({ vehicleId: id }),
    );
  });

  it('in Avro is stored like one in JSON, and a redelivery changes nothing', async () => {
    const id = ownName('van');
    const schemaId = await new SchemaRegistry(realServices().registryUrl).idOf(
      subjectOf(TOPICS.readings),
      JSON.stringify(readingSchema),
    );
    const reading = aReading({ vehicleId: id, cargoTemperatureC: 9.5, extras: { door: 'open' } });
    const body = frameAvro(schemaId ?? 0, readingType, reading);
    for (let delivery = 0; delivery < 3; delivery++)
      await publish(id, body, 'application/vnd.confluent.avro');
    await publish(id, {
      messageId: randomUUID(),
      recordedAt: reading.recordedAt + 1,
      cargoTemperatureC: 9.6,
    });
    const rows = await eventually('both rows', async () => {
      const found = await jsonOf('readings', id);
      return found.length >= 2 && found;
    });
    expect(rows.map((row) => row['cargoTemperatureC'])).toEqual([9.5, 9.6]);
    expect(rows[0]).toMatchObject({ messageId: reading.messageId, extras: { door: 'open' } });
    const alerts = await eventually('the alert', async () => {
      const found = await jsonOf('alerts', 'list', '--vehicle', id);
      return found.length > 0 && found;
    });
    expect(alerts).toHaveLength(1);
  });

  it('that is bad is acknowledged, and the vehicle goes on', async () => {
    const id = ownName('bus');
    await publish(id, Buffer.from('not json'));
    await publish(id, { recordedAt: 'yesterday' });
    await publish(id, { vehicleId: 'another', recordedAt: Date.now() });
    await publish(id, { recordedAt: Date.now(), speedKph: 30 });
    const rows = await eventually('the good row', async () => {
      const found = await jsonOf('readings', id);
      return found.length > 0 && found;
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ speedKph: 30 });
  });
});
