/**
 * Sends hostile bodies from a process of its own, so that making them is in nobody's way.
 * Arguments: broker URL, MQTT topic pattern, seed, number of messages, messages a second, Avro reading as base64.
 * Writes the number of acknowledged messages to stdout at its end.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { HostileBodies } from './hostile-bodies.fixture.js';

const [url = '', pattern = '', seed = '1', count = '0', perSecond = '0', avro = ''] = process.argv.slice(2);
const TICK_MS = 10;
const MOST_IN_FLIGHT = 1000;

const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
client.on('close', () => process.exit(1));
const hostile = new HostileBodies(Number(seed), {
  topicOf: (vehicle) => pattern.replace('{vehicleId}', () => vehicle),
  avro: Buffer.from(avro, 'base64'),
});
const start = performance.now();
let sent = 0;
let acknowledged = 0;
while (acknowledged < Number(count)) {
  const due = Math.min(Number(count), (Number(perSecond) * (performance.now() - start)) / 1000);
  while (sent < due && sent - acknowledged < MOST_IN_FLIGHT) {
    const { topic, body, contentType } = hostile.next();
    sent++;
    const properties = contentType === undefined ? {} : { contentType };
    client.publish(topic, body, { qos: 1, properties }, (error) => {
      if (error) throw error;
      acknowledged++;
    });
  }
  await pause(TICK_MS);
}
process.stdout.write(String(acknowledged));
client.removeAllListeners('close');
await client.endAsync();
