import { connect } from 'node:net';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { generate, parser as newParser, type Packet } from 'mqtt-packet';
import type { IntakeJob } from '../contestant.js';
import { endBy, givenJob } from './job.js';

/** Kafka takes a megabyte for each partition, whichever of the messages are for it. */
const REQUEST_BYTES = 900 * 1024;
const OVERHEAD_BYTES = 64;

const job = givenJob<IntakeJob>();
const kafka = new Kafka({ clientId: job.clientId, brokers: job.kafkaBrokers, logLevel: logLevel.ERROR });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();

const vehicleLevel = job.mqttTopic.split('/').indexOf('{vehicleId}');
const { hostname, port } = new URL(job.mqttUrl);
const socket = connect(Number(port), hostname);
socket.setNoDelay(true);
const parser = newParser({ protocolVersion: 5 });
const write = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }));
const waiting: Message[] = [];
let sending = false;

async function sendAll(): Promise<void> {
  sending = true;
  while (waiting.length > 0) {
    await producer.send({ topic: job.kafkaTopic, acks: -1, messages: takeRequest() });
  }
  sending = false;
}

function takeRequest(): Message[] {
  let bytes = 0;
  const tooLong = waiting.findIndex(
    ({ value }) => (bytes += (value?.length ?? 0) + OVERHEAD_BYTES) > REQUEST_BYTES,
  );
  return waiting.splice(0, tooLong === -1 ? waiting.length : Math.max(1, tooLong));
}

parser.on('packet', (packet: Packet) => {
  if (packet.cmd !== 'publish') return;
  const key = packet.topic.split('/')[vehicleLevel] ?? null;
  waiting.push({ key, value: Buffer.from(packet.payload) });
  write({ cmd: 'puback', messageId: packet.messageId ?? 0 });
  if (!sending) setImmediate(() => void (sending || sendAll()));
});
socket.on('data', (bytes) => {
  socket.cork();
  parser.parse(bytes);
  socket.uncork();
});
write({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clientId: job.clientId,
  clean: false,
  keepalive: 0,
  properties: { sessionExpiryInterval: 3600, receiveMaximum: job.receiveMaximum },
});
setInterval(() => undefined, 1000);
endBy(async () => {
  socket.destroy();
  await producer.disconnect();
});
