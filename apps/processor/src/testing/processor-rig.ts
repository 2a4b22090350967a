import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@navora/cassandra';
import {
  frameAvro,
  readingType,
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  TOPIC_LAYOUT,
  TOPICS,
  WIRE_PREFIX_BYTES,
  type DeadLetter,
  type Reading,
  type Signal,
  type TopicName,
} from '@navora/schemas';
import {
  eventually,
  makeServedTopics,
  ownKeyspace,
  ownName,
  quietKafka,
  realServices,
  ServiceProcess,
  type Endpoints,
  type Environment,
  type TestCassandra,
} from '@navora/testing';
import { Partitioners, type Admin, type Consumer, type Kafka, type Producer } from 'kafkajs';
import { shardOf } from '../layout.js';

const RULES = `rules:
  - {id: engine-hot, measurement: engineTemperatureC, above: 100, severity: critical}
`;

/** A record as a test wants it in the topic of readings. */
export interface Sent {
  key: string | null;
  value: Buffer | null;
  timestamp?: number;
}

export interface StoredRow {
  vehicleId: string;
  messageId: string;
  recordedAt: number;
  speedKph: number | null;
  clockSuspect: boolean;
  originOffset: number;
  /** µs; a reading that is stored again would have another. */
  writeTime: bigint;
}

/** The processor as a process on real services, with topics, a keyspace and consumer groups of its own. */
export class ProcessorRig {
  readonly topics: Record<'readings' | 'signals' | 'deadLetters', string>;
  readonly group = ownName('processor');
  private readonly running = new Set<ServiceProcess>();
  private readonly started: ServiceProcess[] = [];
  private readonly reader: Consumer;
  private readonly read = new Map<string, { value: Buffer; timestamp: number }[]>();

  private constructor(
    readonly endpoints: Endpoints,
    readonly cassandra: TestCassandra,
    readonly admin: Admin,
    kafka: Kafka,
    private readonly producer: Producer,
    readonly readingSchemaId: number,
    private readonly folder: string,
    names: Record<'readings' | 'signals' | 'deadLetters', string>,
  ) {
    this.topics = names;
    this.reader = kafka.consumer({ groupId: ownName('reader'), maxWaitTimeInMs: 100 });
  }

  static async create(): Promise<ProcessorRig> {
    const endpoints = realServices();
    const kafka = quietKafka(endpoints);
    const admin = kafka.admin();
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
    const topics = {
      readings: ownName('readings'),
      signals: ownName('signals'),
      deadLetters: ownName('letters'),
    };
    const registry = new SchemaRegistry(endpoints.registryUrl);
    for (const topic of Object.values(TOPICS))
      await registry.register(subjectOf(topic), SCHEMA_OF_TOPIC[topic].text);
    const schemaId = await registry.register(
      subjectOf(TOPICS.readings),
      SCHEMA_OF_TOPIC[TOPICS.readings].text,
    );
    const cassandra = await ownKeyspace(endpoints);
    await migrate(cassandra.client, {
      keyspace: cassandra.keyspace,
      replication: "{'class': 'SimpleStrategy', 'replication_factor': 1}",
      folders: [
        { owner: 'processor', path: join(import.meta.dirname, '../../migrations') },
        { owner: 'erasure', path: join(import.meta.dirname, '../../../../libs/erasure/migrations') },
      ],
      values: { retentionSeconds: String(365 * 24 * 3600) },
    });
    const folder = mkdtempSync(join(tmpdir(), 'navora-processor-'));
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    const rig = new ProcessorRig(endpoints, cassandra, admin, kafka, producer, schemaId, folder, topics);
    for (const what of ['readings', 'signals', 'deadLetters'] as const) await rig.createTopic(what);
    await rig.readAlong();
    return rig;
  }

  async createTopic(what: keyof ProcessorRig['topics']): Promise<void> {
    const { partitions } = TOPIC_LAYOUT[TOPICS[what] as TopicName];
    const topic = this.topics[what];
    await makeServedTopics(this.admin, [{ topic, numPartitions: partitions, replicationFactor: 1 }]);
  }

  async start(over: Environment = {}): Promise<ServiceProcess> {
    const service = await this.launch(over);
    await eventually('a ready processor', () => orItEnded(service), { withinMs: 90_000, everyMs: 100 });
    return service;
  }

  /** Does not wait for it to be ready. */
  async launch(over: Environment = {}): Promise<ServiceProcess> {
    const { endpoints } = this;
    const service = await ServiceProcess.start('processor', {
      NAVORA_KAFKA_BROKERS: endpoints.kafkaBrokers.join(','),
      NAVORA_REGISTRY_URL: endpoints.registryUrl,
      NAVORA_CASSANDRA_CONTACT_POINTS: endpoints.cassandraContactPoints.join(','),
      NAVORA_CASSANDRA_PORT: String(endpoints.cassandraPort),
      NAVORA_CASSANDRA_DATA_CENTER: endpoints.cassandraDataCenter,
      NAVORA_CASSANDRA_KEYSPACE: this.cassandra.keyspace,
      NAVORA_READINGS_TOPIC: this.topics.readings,
      NAVORA_SIGNALS_TOPIC: this.topics.signals,
      NAVORA_DEAD_LETTERS_TOPIC: this.topics.deadLetters,
      NAVORA_PROCESSOR_GROUP: this.group,
      NAVORA_RULES_FILE: join(this.folder, 'rules.yaml'),
      NAVORA_COMMIT_INTERVAL_MS: '100',
      NAVORA_SESSION_TIMEOUT_MS: '6000',
      ...over,
    });
    this.running.add(service);
    this.started.push(service);
    void service.ended().then(() => this.running.delete(service));
    return service;
  }

  record(reading: Reading, over: Partial<Sent> = {}, schemaId = this.readingSchemaId): Sent {
    return { key: reading.vehicleId, value: frameAvro(schemaId, readingType, reading), ...over };
  }

  async send(...records: Sent[]): Promise<void> {
    for (let at = 0; at < records.length; at += 1000) {
      await this.producer.send({
        topic: this.topics.readings,
        messages: records.slice(at, at + 1000).map(({ key, value, timestamp }) => ({
          key,
          value,
          timestamp: String(timestamp ?? Date.now()),
        })),
      });
    }
  }

  sendReadings(...readings: Reading[]): Promise<void> {
    return this.send(...readings.map((reading) => this.record(reading)));
  }

  /** How many records the group has not committed. */
  async uncommitted(group = this.group): Promise<number> {
    const { readings } = this.topics;
    const ends = await this.admin.fetchTopicOffsets(readings);
    const [found] = await this.admin.fetchOffsets({ groupId: group, topics: [readings] });
    let behind = 0;
    for (const { partition, offset } of ends) {
      const own = found?.partitions.find((each) => each.partition === partition)?.offset ?? '0';
      behind += Number(offset) - Math.max(0, Number(own));
    }
    return behind;
  }

  /** Waits for as long as the group moves on. */
  async untilAllIsCommitted(group = this.group, standstillMs = 45_000): Promise<void> {
    let least = Number.POSITIVE_INFINITY;
    let progressAt = Date.now();
    await eventually(
      'all readings committed',
      async () => {
        const behind = await this.uncommitted(group);
        if (behind < least) [least, progressAt] = [behind, Date.now()];
        if (behind > 0 && Date.now() - progressAt > standstillMs) return 'stuck';
        return behind === 0;
      },
      { withinMs: 300_000, everyMs: 100 },
    ).then((outcome) => {
      if (outcome !== 'stuck') return;
      const said = this.started.map((service) => service.said.slice(-3000)).join('\n---\n');
      throw new Error(
        `no progress for ${standstillMs} ms, ${least} behind; what the processors said:\n${said}`,
      );
    });
  }

  async rows(): Promise<StoredRow[]> {
    const { rows } = await this.cassandra.client.execute(
      `SELECT vehicle_id, message_id, recorded_at, speed_kph, clock_suspect, origin_offset, WRITETIME(origin_offset) AS written FROM ${this.cassandra.keyspace}.readings`,
      [],
      { fetchSize: 100_000 },
    );
    return rows.map((row) => ({
      vehicleId: row['vehicle_id'] as string,
      messageId: String(row['message_id']),
      recordedAt: (row['recorded_at'] as Date).getTime(),
      speedKph: row['speed_kph'] as number | null,
      clockSuspect: row['clock_suspect'] as boolean,
      originOffset: Number(row['origin_offset']),
      writeTime: row['written'] as bigint,
    }));
  }

  async latest(vehicleId: string): Promise<Partial<Reading> | undefined> {
    const { rows } = await this.cassandra.client.execute(
      `SELECT state FROM ${this.cassandra.keyspace}.latest_readings WHERE shard = ? AND vehicle_id = ?`,
      [shardOf(vehicleId), vehicleId],
      { prepare: true },
    );
    return rows[0] && (JSON.parse(rows[0]['state'] as string) as Partial<Reading>);
  }

  async signals(): Promise<Signal[]> {
    return (await this.publishedSignals()).map(({ signal }) => signal);
  }

  /** With the time each was published at, in ms since 1970. */
  async publishedSignals(): Promise<{ signal: Signal; publishedAt: number }[]> {
    const records = await this.decoded<Signal>(this.topics.signals, TOPICS.signals);
    return records.map(({ value, timestamp }) => ({ signal: value, publishedAt: timestamp }));
  }

  async deadLetters(): Promise<DeadLetter[]> {
    const records = await this.decoded<DeadLetter>(this.topics.deadLetters, TOPICS.deadLetters);
    return records.map(({ value }) => value);
  }

  /** All that the topic holds now; a partition's records in its order. */
  private async decoded<T>(topic: string, contract: TopicName): Promise<{ value: T; timestamp: number }[]> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    const held = ends.reduce((sum, { high }) => sum + Number(high), 0);
    const records = this.read.get(topic) ?? [];
    await eventually(`the end of ${topic}`, () => records.length >= held, { withinMs: 60_000 });
    const { type } = SCHEMA_OF_TOPIC[contract];
    return records.map(({ value, timestamp }) => ({
      value: type.fromBuffer(value.subarray(WIRE_PREFIX_BYTES)) as T,
      timestamp,
    }));
  }

  /** One reader for all the tests of a file: to join a group takes longer than most of them. */
  private async readAlong(): Promise<void> {
    const topics = [this.topics.signals, this.topics.deadLetters];
    for (const topic of topics) this.read.set(topic, []);
    await this.reader.connect();
    await this.reader.subscribe({ topics, fromBeginning: true });
    await this.reader.run({
      autoCommit: false,
      eachMessage: async ({ topic, message }) =>
        void this.read
          .get(topic)
          ?.push({ value: message.value ?? Buffer.alloc(0), timestamp: Number(message.timestamp) }),
    });
  }

  async drop(): Promise<void> {
    for (const service of [...this.running]) {
      service.thaw();
      await service.end('SIGKILL');
    }
    await Promise.all([this.producer.disconnect(), this.reader.disconnect()]);
    await this.admin.deleteTopics({ topics: Object.values(this.topics) }).catch(() => undefined);
    await this.admin.disconnect();
    await this.cassandra.dispose();
    rmSync(this.folder, { recursive: true });
  }
}

async function orItEnded(service: ServiceProcess): Promise<boolean> {
  const ended = await Promise.race([service.ended().then(() => true), service.isReady().then(() => false)]);
  if (ended) throw new Error(`it ended: ${service.said.slice(-3000)}`);
  return service.isReady();
}
