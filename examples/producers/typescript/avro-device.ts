// A device that goes ahead of Navora: it adds a field of its own to the newest schema of the readings,
// registers that, and sends one reading in Avro with Confluent's serializer. No service is restarted for it.
//
//   node --import @swc-node/register/esm-register examples/producers/typescript/avro-device.ts --vehicle my-truck
//
// Node 22.18 and newer needs no --import. Broker and registry are the local stack's; --mqtt and --registry, or
// NAVORA_MQTT_URL and NAVORA_REGISTRY_URL, name others.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { AvroSerializer, SchemaRegistryClient, SerdeType } from '@confluentinc/schemaregistry';
import mqtt from 'mqtt';

const { NAVORA_MQTT_URL, NAVORA_REGISTRY_URL } = process.env;
const { values: settings } = parseArgs({
  options: {
    vehicle: { type: 'string', default: 'my-truck' },
    mqtt: { type: 'string', default: NAVORA_MQTT_URL ?? 'mqtt://127.0.0.1:1883' },
    registry: { type: 'string', default: NAVORA_REGISTRY_URL ?? 'http://127.0.0.1:8081/apis/ccompat/v7' },
  },
});

const READINGS = 'telemetry.readings.v1';
// Optional, so that all versions of readers and writers go with each other: the registry takes nothing else.
const OWN_FIELD = { name: 'tyrePressureKpa', type: ['null', 'double'], default: null };

const reading = {
  // Made once per reading. A resend is the same bytes with the same id, and is stored once.
  messageId: randomUUID(),
  vehicleId: settings.vehicle,
  recordedAt: Date.now(),
  sequence: 1,
  location: { latitude: 52.5201, longitude: 13.4049 },
  speedKph: 71.5,
  engineTemperatureC: 91,
  ignitionOn: true,
  tyrePressureKpa: 820,
};

const topic = `vehicles/${settings.vehicle}/telemetry`;
const properties = { contentType: 'application/vnd.confluent.avro' };

// After a lost connection the client makes a new one and sends again what was not acknowledged.
const tooLong = setTimeout(() => fail('not acknowledged within 30 s'), 30_000);
try {
  const body = await inAvro(reading);
  const device = await mqtt.connectAsync(settings.mqtt, { protocolVersion: 5 }, false);
  await device.publishAsync(topic, body, { qos: 1, properties });
  console.log(`acknowledged on ${topic}: ${JSON.stringify(reading)}`);
  await device.endAsync();
} catch (error) {
  fail(String(error));
}
clearTimeout(tooLong);

async function inAvro(message: object): Promise<Buffer> {
  const registry = new SchemaRegistryClient({ baseURLs: [settings.registry] });
  const newest = await registry.getLatestSchemaMetadata(`${READINGS}-value`);
  const schema = { schemaType: 'AVRO', schema: withOwnField(newest.schema) };
  const useSchemaId = await registry.register(`${READINGS}-value`, schema);
  return new AvroSerializer(registry, SerdeType.VALUE, { useSchemaId }).serialize(READINGS, message);
}

// A text that has the field stays as it is: with other spaces it would be registered as one more version.
function withOwnField(text: string): string {
  const schema = JSON.parse(text) as { fields: { name: string }[] };
  if (schema.fields.some(({ name }) => name === OWN_FIELD.name)) return text;
  return JSON.stringify({ ...schema, fields: [...schema.fields, OWN_FIELD] });
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
