import { Kafka, logLevel } from 'kafkajs';
import { connect } from 'mqtt';
import type { IntakeJob } from '../contestant.js';
import { endBy, givenJob } from './job.js';

const job = givenJob<IntakeJob>();
const kafka = new Kafka({ clientId: job.clientId, brokers: job.kafkaBrokers, logLevel: logLevel.ERROR });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();

const vehicleLevel = job.mqttTopic.split('/').indexOf('{vehicleId}');
const client = connect(job.mqttUrl, {
  protocolVersion: 5,
  clientId: job.clientId,
  clean: false,
  properties: { sessionExpiryInterval: 3600, receiveMaximum: job.receiveMaximum },
});
client.handleMessage = (packet, acknowledge) => {
  const key = packet.topic.split('/')[vehicleLevel] ?? null;
  const value = Buffer.from(packet.payload);
  producer
    .send({ topic: job.kafkaTopic, acks: -1, messages: [{ key, value }] })
    .then(() => acknowledge(), acknowledge);
};
endBy(async () => {
  await client.endAsync();
  await producer.disconnect();
});
