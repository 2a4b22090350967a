import 'reflect-metadata';
import { SchemaRegistryClient } from '@confluentinc/schemaregistry/dist/schemaregistry-client.js';
import { SerdeType } from '@confluentinc/schemaregistry/dist/serde/serde.js';
import { AvroDeserializer } from '@confluentinc/schemaregistry/dist/serde/avro.js';
import type { Reading } from '@navora/schemas';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  KafkaContext,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import type { StorageJob } from '../contestant.js';
import { givenJob } from './job.js';
import { layoutByVehicle } from './row-statements.js';
import { openParts } from './storage-parts.js';

const job = givenJob<StorageJob>();
const { cassandra, producer, encodeSignal } = await openParts(job);
const { insert, parametersOf } = await layoutByVehicle(cassandra, job.keyspace);
const registry = new SchemaRegistryClient({ baseURLs: [job.registryUrl] });
const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, {});

@Controller()
class ReadingsController {
  @EventPattern(job.kafkaTopic)
  async store(@Payload() value: Buffer, @Ctx() context: KafkaContext): Promise<void> {
    const { offset, timestamp } = context.getMessage();
    const reading = (await deserializer.deserialize(job.kafkaTopic, value)) as Reading;
    const record = {
      topic: context.getTopic(),
      partition: context.getPartition(),
      offset: BigInt(offset),
      timestamp: Number(timestamp),
    };
    await cassandra.execute(`${insert} IF NOT EXISTS`, parametersOf(reading, record), { prepare: true });
    if (encodeSignal) {
      const whole = { ...record, key: null, value: null, headers: {} };
      const signal = encodeSignal({ record: whole, reading });
      await producer.send({ topic: job.signalsTopic, messages: [{ key: reading.vehicleId, value: signal }] });
    }
  }
}

@Module({ controllers: [ReadingsController] })
class ReadingsModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(ReadingsModule, {
  transport: Transport.KAFKA,
  options: {
    client: { clientId: 'nest', brokers: job.kafkaBrokers },
    consumer: { groupId: job.groupId },
    subscribe: { fromBeginning: true },
    parser: { keepBinary: true },
    producerOnlyMode: false,
  },
});
app.enableShutdownHooks();
await app.listen();
