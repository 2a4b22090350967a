import { randomBytes } from 'node:crypto';
import { createLogger } from '@navora/runtime';
import { createKafka } from '@navora/kafka';
import {
  type DeadLetter,
  HEARTBEAT_HEADER,
  type Reading,
  ReadingCodec,
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  TOPIC_LAYOUT,
  type TopicName,
  TOPICS,
  WIRE_PREFIX_BYTES,
} from '@navora/schemas';
import { makeServedTopics } from '@navora/testing';
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { connectAsync, type MqttClient } from 'mqtt';

const silent = createLogger('test', 'silent');

export interface ReadRecord {
  key: string | undefined;
  value: Buffer;
  partition: number;
  offset: number;
  timestamp: number;
  headers: Record<string, string>;
}

/**
 * The running stack, with Kafka topics, an MQTT topic and a client id of this test's own. Disposing of it leaves
 * nothing behind.
 */
export class TestStack {
  readonly name = `it-bridge-${randomBytes(4).toString('hex')}`;
  readonly topics = { readings: `${this.name}.readings`, deadLetters: `${this.name}.dead-letters` };
  readonly mqttPattern = `${this.name}/{vehicleId}/telemetry`;
  readonly schemas: SchemaRegistry;
  readonly kafka;
  readonly mqttUrl: string;
  private readonly readings = new Map<string, ReadRecord[]>();
  private readonly ends: (() => Promise<unknown>)[] = [];

  private constructor(readonly environment: Record<string, string | undefined>) {
    const endpoint = (variable: string) => {
      const value = environment[variable];
      if (!value)
        throw new Error(`${variable} is not set: run the tests with the addresses of a running stack`);
      return value;
    };
    this.kafka = createKafka(
      this.name,
      { kafkaBrokers: endpoint('NAVORA_KAFKA_BROKERS').split(',') },
      silent,
    );
    this.schemas = new SchemaRegistry(endpoint('NAVORA_REGISTRY_URL'));
    this.mqttUrl = endpoint('NAVORA_MQTT_URL');
  }

  /** @param reads the topics to read all of into memory; both, unless told otherwise. */
  static async open(
    environment: Record<string, string | undefined>,
    { reads }: { reads?: string[] } = {},
  ): Promise<TestStack> {
    const stack = new TestStack(environment);
    for (const topic of [TOPICS.readings, TOPICS.deadLetters]) await stack.schemaIdOf(topic);
    await stack.createTopics();
    await Promise.all((reads ?? Object.values(stack.topics)).map((topic) => stack.readAll(topic)));
    return stack;
  }

  /** A client that reaches Kafka through sockets of the test's. */
  kafkaThrough(socketFactory: ISocketFactory): Kafka {
    const brokers = (this.environment['NAVORA_KAFKA_BROKERS'] ?? '').split(',');
    return new Kafka({
      clientId: this.name,
      brokers,
      socketFactory,
      requestTimeout: 3000,
      logLevel: logLevel.NOTHING,
    });
  }

  /** Registering what is registered changes nothing. */
  schemaIdOf(topic: TopicName): Promise<number> {
    return this.schemas.register(subjectOf(topic), SCHEMA_OF_TOPIC[topic].text);
  }

  mqttTopicOf(vehicle: string): string {
    return this.mqttPattern.replace('{vehicleId}', vehicle);
  }

  async connectVehicles(): Promise<MqttClient> {
    const client = await connectAsync(this.mqttUrl, { protocolVersion: 5, reconnectPeriod: 0 });
    this.ends.push(() => client.endAsync());
    return client;
  }

  /** What stands in the readings topic so far, each partition in its order. */
  get written(): ReadRecord[] {
    return this.readings.get(this.topics.readings) ?? [];
  }

  get letters(): (DeadLetter & { record: ReadRecord })[] {
    const { type } = SCHEMA_OF_TOPIC[TOPICS.deadLetters];
    const records = this.readings.get(this.topics.deadLetters) ?? [];
    return records.map((record) => ({
      ...(type.fromBuffer(record.value.subarray(WIRE_PREFIX_BYTES)) as DeadLetter),
      record,
    }));
  }

  async decoded(): Promise<Reading[]> {
    const codec = new ReadingCodec(this.schemas);
    await codec.learn(await this.schemaIdOf(TOPICS.readings));
    return this.written.map(({ value }) => {
      const decoded = codec.decode(value);
      if (!('reading' in decoded)) throw new Error(JSON.stringify(decoded));
      return decoded.reading;
    });
  }

  /** How many records a topic holds now. */
  async recordsIn(topic: string): Promise<number> {
    const admin = this.kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  }

  onDispose(end: () => Promise<unknown>): void {
    this.ends.push(end);
  }

  async dispose(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
    // A connection that asks for no session takes the old one with it.
    const options = { protocolVersion: 5 as const, clean: true, clientId: this.name };
    await (await connectAsync(this.mqttUrl, options)).endAsync();
  }

  private async createTopics(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    const like = (topic: string, { partitions, settings }: { partitions: number; settings: object }) => ({
      topic,
      numPartitions: partitions,
      configEntries: Object.entries(settings).map(([name, value]) => ({ name, value: String(value) })),
    });
    await makeServedTopics(admin, [
      like(this.topics.readings, TOPIC_LAYOUT[TOPICS.readings]),
      like(this.topics.deadLetters, TOPIC_LAYOUT[TOPICS.deadLetters]),
    ]);
    this.ends.push(async () => {
      await admin.deleteTopics({ topics: Object.values(this.topics) });
      await admin.disconnect();
    });
  }

  private async readAll(topic: string): Promise<void> {
    const records: ReadRecord[] = [];
    this.readings.set(topic, records);
    await this.watch(topic, (record) => records.push(record));
  }

  /** Shows every record of a topic but heartbeats, from its beginning. */
  async watch(topic: string, see: (record: ReadRecord) => void): Promise<void> {
    const groupId = `${topic}.reader`;
    // A disconnect waits for the fetch under way: by default up to five seconds.
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        if (message.headers?.[HEARTBEAT_HEADER] !== undefined) return;
        see({
          key: message.key?.toString(),
          value: message.value as Buffer,
          partition,
          offset: Number(message.offset),
          timestamp: Number(message.timestamp),
          headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([k, v]) => [k, String(v)])),
        });
      },
    });
    this.ends.push(async () => {
      await consumer.disconnect();
      const admin = this.kafka.admin();
      await admin.connect();
      await admin.deleteGroups([groupId]);
      await admin.disconnect();
    });
  }
}
