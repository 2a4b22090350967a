// A device that sends one reading as JSON, and waits until the MQTT broker has acknowledged it.
//
//   node --import @swc-node/register/esm-register examples/producers/typescript/json-device.ts --vehicle my-truck
//
// Node 22.18 and newer needs no --import. The broker is the local stack's; --mqtt or NAVORA_MQTT_URL name another.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';

const { values: settings } = parseArgs({
  options: {
    vehicle: { type: 'string', default: 'my-truck' },
    mqtt: { type: 'string', default: process.env['NAVORA_MQTT_URL'] ?? 'mqtt://127.0.0.1:1883' },
  },
});

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

const topic = `vehicles/${settings.vehicle}/telemetry`;
const body = JSON.stringify(reading);
const properties = { contentType: 'application/json' };

// After a lost connection the client makes a new one and sends again what was not acknowledged.
const tooLong = setTimeout(() => fail('not acknowledged within 30 s'), 30_000);
try {
  const device = await mqtt.connectAsync(settings.mqtt, { protocolVersion: 5 }, false);
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
