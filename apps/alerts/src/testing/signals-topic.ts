import { Partitioners, type Admin, type Kafka, type Message } from 'kafkajs';
import {
  frameAvro,
  HEARTBEAT_HEADER,
  heartbeatHeader,
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  TOPIC_LAYOUT,
  TOPICS,
  type Heartbeat,
  type Signal,
} from '@navora/schemas';
import { createKafka } from '@navora/kafka';
import { makeServedTopics } from '@navora/testing';
import { silent } from './a-journey.js';
import { ownName, servicesOf } from './real-services.js';

type Sent = Signal | Heartbeat;

/** For tests: a signals topic of one's own, and what groups have committed of it. */
export class SignalsTopic {
  private constructor(
    readonly name: string,
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly schemaId: number,
  ) {}

  static async create(environment: Record<string, string | undefined>): Promise<SignalsTopic> {
    const { kafkaBrokers, registryUrl } = servicesOf(environment);
    const kafka = createKafka('navora-alerts-test', { kafkaBrokers }, silent);
    const admin = kafka.admin();
    await admin.connect();
    const name = ownName('signals');
    const existing = await admin.listTopics();
    const topics = [name, TOPICS.deadLetters].filter((topic) => !existing.includes(topic));
    await makeServedTopics(
      admin,
      topics.map((topic) => ({ topic, numPartitions: topic === name ? PARTITIONS : LETTERS })),
    );
    const registry = new SchemaRegistry(registryUrl);
    const letters = SCHEMA_OF_TOPIC[TOPICS.deadLetters].text;
    await registry.register(subjectOf(TOPICS.deadLetters), letters);
    const schemaId = await registry.register(subjectOf(TOPICS.signals), SCHEMA_OF_TOPIC[TOPICS.signals].text);
    return new SignalsTopic(name, kafka, admin, schemaId);
  }

  /** Heartbeats go to every partition. */
  async send(signals: readonly Sent[]): Promise<void> {
    const sender = await this.sender();
    for (let at = 0; at < signals.length; at += 2000) await sender.send(signals.slice(at, at + 2000));
    await sender.end();
  }

  /** For many at a time, one after the other. */
  async sender(): Promise<SignalsSender> {
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const sendRecords = async (messages: Message[]) => {
      await producer.send({ topic: this.name, messages });
    };
    return {
      sendRecords,
      send: (signals) => sendRecords(this.recordsOf(signals)),
      end: () => producer.disconnect(),
    };
  }

  recordsOf(signals: readonly Sent[]): Message[] {
    return signals.flatMap((one) => this.recordsOfOne(one));
  }

  private recordsOfOne(one: Sent): Message[] {
    if ('upTo' in one)
      return Array.from({ length: PARTITIONS }, (_, partition) => heartbeatIn(partition, one));
    const { type } = SCHEMA_OF_TOPIC[TOPICS.signals];
    return [{ key: one.vehicleId, value: frameAvro(this.schemaId, type, one) }];
  }

  /** How many signals the group has not committed. */
  async uncommitted(groupId: string): Promise<number> {
    const ends = await this.admin.fetchTopicOffsets(this.name);
    const [committed] = await this.admin.fetchOffsets({ groupId, topics: [this.name] });
    let behind = 0;
    for (const { partition, offset } of ends) {
      const own = committed?.partitions.find((each) => each.partition === partition)?.offset ?? '0';
      behind += Number(offset) - Math.max(0, Number(own));
    }
    return behind;
  }

  async drop(groupIds: string[]): Promise<void> {
    await this.admin.deleteGroups(groupIds).catch(() => undefined);
    await this.admin.deleteTopics({ topics: [this.name] });
    await this.admin.disconnect();
  }
}

export interface SignalsSender {
  send(signals: readonly Sent[]): Promise<void>;
  sendRecords(records: Message[]): Promise<void>;
  end(): Promise<void>;
}

function heartbeatIn(partition: number, heartbeat: Heartbeat): Message {
  return {
    ...{ key: null, value: null, partition },
    headers: { [HEARTBEAT_HEADER]: heartbeatHeader(heartbeat) },
  };
}

const PARTITIONS = TOPIC_LAYOUT[TOPICS.signals].partitions;
const LETTERS = TOPIC_LAYOUT[TOPICS.deadLetters].partitions;
