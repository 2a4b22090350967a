import { connectCassandra, type CassandraClient } from '@navora/cassandra';
import { MissingErasures, type Fences } from '@navora/erasure';
import { checkTopics, createProducer, WrongTopics } from '@navora/kafka';
import { type Refusals, type Refuser, untilItAnswers, type Logger } from '@navora/runtime';
import { RecordEncoder, SchemaNotRegistered, TOPIC_LAYOUT, TOPICS, type SchemaSource } from '@navora/schemas';
import type { Kafka, Producer } from 'kafkajs';
import type { Configuration } from './config.js';

/** The tables are not there, or not all of them. */
export class MissingTables extends Error {
  override name = 'MissingTables';
}

/** Columns that came after their tables. */
const LATER_COLUMNS = ['alert_marks.heard', 'vehicle_alerts.reopened_at'];

const TABLES = [
  ...['vehicle_alerts', 'alerts_by_day', 'open_alerts', 'alert_marks'],
  ...['pending_notifications', 'notifications', 'notification_marks'],
];

/** What no waiting mends ends the start; anything else is a service that is not up yet. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof MissingTables ||
    error instanceof MissingErasures ||
    error instanceof WrongTopics ||
    error instanceof SchemaNotRegistered
  );
}

/** Waits for services that are not up yet, saying so. */
export class Boot {
  /** What the start is waiting for, in words. */
  waitingFor: string | undefined = 'the start';

  constructor(
    private readonly configuration: Configuration,
    private readonly log: Logger,
    private readonly refusals: Refusals,
  ) {}

  /** @throws MissingTables */
  cassandra(): Promise<CassandraClient> {
    return this.awaited('Cassandra', 'cassandra', async () => {
      const client = await connectCassandra(this.configuration, this.log);
      try {
        await requireTables(client, this.configuration.cassandraKeyspace);
        return client;
      } catch (error) {
        await client.shutdown().catch(() => undefined);
        throw error;
      }
    });
  }

  /** @throws MissingErasures */
  fences(load: () => Promise<Fences>): Promise<Fences> {
    return this.awaited('the fences of erased vehicles', 'cassandra', load);
  }

  /** @throws WrongTopics */
  topics(kafka: Kafka): Promise<void> {
    return this.awaited('Kafka', 'kafka', async () => {
      await checkTopics(kafka, {
        [this.configuration.signalsTopic]: TOPIC_LAYOUT[TOPICS.signals].partitions,
        [TOPICS.deadLetters]: TOPIC_LAYOUT[TOPICS.deadLetters].partitions,
      });
    });
  }

  producer(kafka: Kafka): Promise<Producer> {
    return this.awaited('Kafka', 'kafka', async () => {
      const producer = createProducer(kafka);
      await producer.connect();
      return producer;
    });
  }

  /** @throws SchemaNotRegistered */
  deadLetterEncoder(schemas: SchemaSource): Promise<RecordEncoder<typeof TOPICS.deadLetters>> {
    return this.awaited('the schema registry', 'registry', () =>
      RecordEncoder.forTopic(TOPICS.deadLetters, schemas),
    );
  }

  started(): void {
    this.waitingFor = undefined;
  }

  private async awaited<T>(what: string, by: Refuser, action: () => Promise<T>): Promise<T> {
    this.waitingFor = what;
    return untilItAnswers(this.log, what, action, isFinal, (error) => this.refusals.see(by, error));
  }
}

async function requireTables(client: CassandraClient, keyspace: string): Promise<void> {
  const { rows } = await client.execute(
    'SELECT table_name, column_name FROM system_schema.columns WHERE keyspace_name = ?',
    [keyspace],
    { prepare: true },
  );
  const tables = new Set(rows.map((row) => row['table_name'] as string));
  requireAll('table', tables, TABLES);
  const columns = new Set(rows.map((row) => `${row['table_name']}.${row['column_name']}`));
  requireAll('column', columns, LATER_COLUMNS);

  function requireAll(what: string, existing: ReadonlySet<string>, wanted: readonly string[]): void {
    const missing = wanted.filter((one) => !existing.has(one));
    if (missing.length > 0)
      throw new MissingTables(
        `keyspace ${keyspace} has no ${what} ${missing.join(', ')}: run \`navora migrate\` first`,
      );
  }
}
