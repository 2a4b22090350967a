// A device that goes ahead of Navora: it adds a field of its own to the newest schema of the readings,
// registers that, and sends one reading in Avro with Confluent's serializer. No service is restarted for it.
//
//   node --import @swc-node/register/esm-register examples/producers/typescript/avro-device.ts devices/my-truck
//
// Node 22.18 and newer needs no --import. What it knows of itself and the broker is in the folder that
// `navora devices add` has made; the registry is the local stack's, unless NAVORA_REGISTRY_URL names another.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { AvroSerializer, SchemaRegistryClient, SerdeType } from '@confluentinc/schemaregistry';
import mqtt from 'mqtt';

const [folder = 'devices/my-truck'] = process.argv.slice(2);
const inFolder = (name: string) => readFileSync(join(folder, name), 'utf8');
interface Device {
  vehicleId: string;
  clientId: string;
  broker: { url: string };
  topic: string;
}
const { vehicleId, clientId, broker, topic } = JSON.parse(inFolder('device.json')) as Device;
const credentials = {
  ca: inFolder('broker-ca.crt'),
  cert: inFolder('device.crt'),
  key: inFolder('device.key'),
};
const registryUrl = process.env['NAVORA_REGISTRY_URL'] ?? 'https://127.0.0.1:8081/apis/ccompat/v7';

const READINGS = 'telemetry.readings.v1';
// Optional, so that all versions of readers and writers go with each other: the registry takes nothing else.
const OWN_FIELD = { name: 'tyrePressureKpa', type: ['null', 'double'], default: null };

const reading = {
  // Made once per reading. A resend is the same bytes with the same id, and is stored once.
  messageId: randomUUID(),
  vehicleId,
  recordedAt: Date.now(),
  sequence: 1,
  location: { latitude: 52.5201, longitude: 13.4049 },
  speedKph: 71.5,
  engineTemperatureC: 91,
  ignitionOn: true,
  tyrePressureKpa: 820,
};

const properties = { contentType: 'application/vnd.confluent.avro' };

// After a lost connection the client makes a new one and sends again what was not acknowledged.
const tooLong = setTimeout(() => fail('not acknowledged within 30 s'), 30_000);
try {
  const body = await inAvro(reading);
  const options = { ...credentials, clientId, protocolVersion: 5 } as const;
  const device = await mqtt.connectAsync(broker.url, options, false);
  await device.publishAsync(topic, body, { qos: 1, properties });
  console.log(`acknowledged on ${topic}: ${JSON.stringify(reading)}`);
  await device.endAsync();
} catch (error) {
  fail(String(error));
}
clearTimeout(tooLong);

async function inAvro(message: object): Promise<Buffer> {
  // The local stack's registry has a certificate of the authority that the broker's is of.
  const httpsAgent = new Agent({ ca: credentials.ca });
  const registry = new SchemaRegistryClient({
    baseURLs: [registryUrl],
    createAxiosDefaults: { httpsAgent },
  });
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
