// A device that sends one reading as JSON, and waits until the MQTT broker has acknowledged it.
//
//   node --import @swc-node/register/esm-register examples/producers/typescript/json-device.ts devices/my-truck
//
// Node 22.18 and newer needs no --import. All it knows is in the folder that `navora devices add` has made.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';

const [folder = 'devices/my-truck'] = process.argv.slice(2);
const inFolder = (name: string) => readFileSync(join(folder, name), 'utf8');
interface Device {
  clientId: string;
  broker: { url: string };
  topic: string;
}
const { clientId, broker, topic } = JSON.parse(inFolder('device.json')) as Device;
const credentials = {
  ca: inFolder('broker-ca.crt'),
  cert: inFolder('device.crt'),
  key: inFolder('device.key'),
};

const reading = {
  // Made once per reading. A resend is the same bytes with the same id, and is stored once.
  messageId: randomUUID(),
  recordedAt: new Date().toISOString(),
  sequence: 1,
  location: { latitude: 52.5201, longitude: 13.4049 },
  speedKph: 71.5,
  engineTemperatureC: 91,
  ignitionOn: true,
  // No field of Navora's, so it is kept in `extras`.
  tyrePressureKpa: 820,
};

const body = JSON.stringify(reading);
const properties = { contentType: 'application/json' };

// After a lost connection the client makes a new one and sends again what was not acknowledged.
const tooLong = setTimeout(() => fail('not acknowledged within 30 s'), 30_000);
try {
  const options = { ...credentials, clientId, protocolVersion: 5 } as const;
  const device = await mqtt.connectAsync(broker.url, options, false);
  await device.publishAsync(topic, body, { qos: 1, properties });
  console.log(`acknowledged on ${topic}: ${body}`);
  await device.endAsync();
} catch (error) {
  fail(String(error));
}
clearTimeout(tooLong);

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
