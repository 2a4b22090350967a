import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaRegistryClient } from '@confluentinc/schemaregistry/dist/schemaregistry-client.js';
import { AvroDeserializer, AvroSerializer } from '@confluentinc/schemaregistry/dist/serde/avro.js';
import { SerdeType } from '@confluentinc/schemaregistry/dist/serde/serde.js';
import { ReadingCodec, readingSchema, SchemaRegistry, subjectOf, TOPICS } from '@navora/schemas';
import { aReading, eventually, ownName, realServices } from '@navora/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { navora, runServices, type RunningServices } from './services.fixture.js';

const SUBJECT = subjectOf(TOPICS.readings);
const RULES = 'rules: [{ id: hot, measurement: engineTemperatureC, above: 100, severity: info }]\n';
const folder = mkdtempSync(join(tmpdir(), 'navora-foreign-'));
const rulesFile = join(folder, 'rules.yaml');

let running: RunningServices;
let vehicle: MqttClient;
/** Confluent's own client and serializers: what a producer who knows nothing of us works with. */
let confluent: SchemaRegistryClient;

beforeAll(async () => {
  writeFileSync(rulesFile, RULES);
  running = await runServices({ NAVORA_RULES_FILE: rulesFile });
  vehicle = await mqtt.connectAsync(realServices().mqttUrl, { protocolVersion: 5 });
  confluent = new SchemaRegistryClient({ baseURLs: [realServices().registryUrl] });
});
afterAll(async () => {
  await vehicle?.endAsync();
  await running?.stop();
});

/** Our schema and more fields, as a producer changes it. */
function withFields(...fields: object[]): string {
  return JSON.stringify({ ...readingSchema, fields: [...readingSchema.fields, ...fields] });
}

async function serialize(schema: string, message: object): Promise<Buffer> {
  const id = await confluent.register(SUBJECT, { schemaType: 'AVRO', schema });
  const serializer = new AvroSerializer(confluent, SerdeType.VALUE, {
    useSchemaId: id,
    autoRegisterSchemas: false,
  });
  return serializer.serialize(TOPICS.readings, message);
}

const publish = (vehicleId: string, body: Buffer | string) =>
  vehicle.publishAsync(`vehicles/${vehicleId}/telemetry`, body, { qos: 1 });

async function jsonOf(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await navora(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>[];
}

const some = (what: string, ...args: string[]) =>
  eventually(what, async () => {
    const found = await jsonOf(...args);
    return found.length > 0 && found;
  });

describe('a producer that goes ahead of us', () => {
  const v2 = withFields({ name: 'cargoHumidityPercent', type: ['null', 'double'], default: null });

  it('has its new field stored, readable and alerting by configuration, with all services up since before', async () => {
    const id = ownName('ahead');
    const first = aReading({ vehicleId: id, extras: { door: 'shut' } });
    await publish(id, await serialize(v2, { ...first, cargoHumidityPercent: 61.5 }));
    const [row] = await some('the row', 'readings', id);
    expect(row).toMatchObject({
      messageId: first.messageId,
      extras: { cargoHumidityPercent: 61.5, door: 'shut' },
    });

    writeFileSync(
      rulesFile,
      `${RULES.trimEnd().slice(0, -1)}, { id: damp, measurement: cargoHumidityPercent, above: 80, severity: warning }]\n`,
    );
    let recordedAt = first.recordedAt;
    const open = await eventually(
      'the alert by the new rule',
      async () => {
        const reading = aReading({ vehicleId: id, recordedAt: ++recordedAt });
        await publish(id, await serialize(v2, { ...reading, cargoHumidityPercent: 93 }));
        const found = await jsonOf('alerts', 'list', '--open', '--vehicle', id);
        return found.length > 0 && found;
      },
      { everyMs: 1000 },
    );
    expect(open).toEqual([
      expect.objectContaining({ rule: 'damp', measurement: 'cargoHumidityPercent', value: 93 }),
    ]);
    expect(running.restarts).toEqual([]);
  });

  it('and one that is still at the first version are read beside each other', async () => {
    const id = ownName('both');
    const readings = [aReading({ vehicleId: id }), aReading({ vehicleId: id })] as const;
    await publish(id, await serialize(JSON.stringify(readingSchema), readings[0]));
    await publish(id, await serialize(v2, { ...readings[1], cargoHumidityPercent: null }));
    const rows = await eventually('both rows', async () => {
      const found = await jsonOf('readings', id);
      return found.length === 2 && found;
    });
    for (const row of rows) expect(row).not.toHaveProperty('extras.cargoHumidityPercent');
  });
});

describe('an incompatible schema', () => {
  const broken = JSON.stringify({
    ...readingSchema,
    fields: readingSchema.fields.map((field) =>
      field.name === 'speedKph' ? { ...field, type: ['null', 'string'] } : field,
    ),
  });
  const file = join(folder, 'broken.avsc');

  it('is refused by the gate with a sentence, and by the registry', async () => {
    writeFileSync(file, broken);
    const refused = 'the field "speedKph" was null or double and is null or string';
    const { code, stdout } = await navora('schemas', 'check', file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(refused) as string });
    const registering = await navora('schemas', 'register', file);
    expect(registering).toMatchObject({ code: 1, stderr: expect.stringContaining(refused) as string });
    await expect(confluent.register(SUBJECT, { schemaType: 'AVRO', schema: broken })).rejects.toThrow();
  });

  it('that was forced in makes dead letters of its records, and harms nobody else', async () => {
    const other = ownName('other');
    const id = ownName('forced');
    await confluent.updateCompatibility(SUBJECT, 'NONE' as never);
    let version = 0;
    try {
      const body = await serialize(broken, { ...aReading({ vehicleId: id }), speedKph: 'fast' });
      version = await confluent.getVersion(SUBJECT, { schemaType: 'AVRO', schema: broken });
      await publish(id, body);
      await publish(other, JSON.stringify({ messageId: randomUUID(), recordedAt: Date.now(), speedKph: 71 }));
      await publish(id, JSON.stringify({ messageId: randomUUID(), recordedAt: Date.now(), speedKph: 72 }));
      await some('the other vehicle', 'readings', other);
      const [row] = await some('its next reading', 'readings', id);
      expect(row).toMatchObject({ speedKph: 72 });
      const letter = await eventually('the dead letter', async () => {
        const { stdout } = await navora('dead-letters', 'list', '--vehicle', id, '--json');
        return stdout !== '' && stdout.trim();
      });
      expect(JSON.parse(letter), 'one, with its reason').toMatchObject({ reason: 'wrong-schema' });
      expect(letter).toContain('speedKph');
    } finally {
      if (version > 0) await confluent.deleteSubjectVersion(SUBJECT, version);
      await confluent.updateCompatibility(SUBJECT, 'FULL_TRANSITIVE' as never);
    }
  });
});

it("what Confluent's serializers write we read the same, and the other way round", async () => {
  const registry = new SchemaRegistry(realServices().registryUrl);
  const codec = new ReadingCodec(registry);
  const full = aReading({
    sequence: 7,
    cargoTemperatureC: -4.5,
    ignitionOn: false,
    extras: { a: 1.5, b: true, c: 'x' },
  });
  const empty = aReading({ sequence: null, location: null, speedKph: null, ignitionOn: null, extras: {} });
  const schema = JSON.stringify(readingSchema);
  const deserializer = new AvroDeserializer(confluent, SerdeType.VALUE, {});
  for (const reading of [full, empty]) {
    const body = await serialize(schema, reading);
    await codec.learn(body.readUInt32BE(1));
    expect(codec.decode(body)).toEqual({ reading });
    const back: unknown = await deserializer.deserialize(TOPICS.readings, body);
    expect(JSON.parse(JSON.stringify(back))).toMatchObject(JSON.parse(JSON.stringify(reading)) as object);
  }
});
