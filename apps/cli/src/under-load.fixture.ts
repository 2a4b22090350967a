import { renderReport, type AuditReport } from '@navora/auditor';
import { createCassandra, type CassandraClient } from '@navora/cassandra';
import { createKafka } from '@navora/kafka';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { GROUPS, TOPICS } from '@navora/schemas';
import { type Endpoints, realServices } from '@navora/testing';
import type { Admin } from 'kafkajs';
import { auditOf } from './audit-of.fixture.js';
import { testEnvironment } from './services.fixture.js';

const CONSUMERS = [
  { groupId: GROUPS.processor, topic: TOPICS.readings },
  { groupId: GROUPS.alerts, topic: TOPICS.signals },
] as const;

/** Looks at the running system from outside: how far the consumers are, what is readable, what the audit says. */
export class Observer {
  private constructor(
    readonly admin: Admin,
    readonly cassandra: CassandraClient,
  ) {}

  static async connect(services: Endpoints = realServices()): Promise<Observer> {
    const log = createLogger('observer', 'silent');
    const admin = createKafka('observer', services, log).admin();
    await admin.connect();
    const cassandra = createCassandra(readConfiguration(cassandraSettings, testEnvironment(services)), log);
    await cassandra.connect();
    return new Observer(admin, cassandra);
  }

  /** The sum over all partitions of what the processor has committed of the readings. */
  async committed({ groupId, topic }: { groupId: string; topic: string } = CONSUMERS[0]): Promise<number> {
    const [offsets] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return sum((offsets?.partitions ?? []).map(({ offset }) => Math.max(0, Number(offset))));
  }

  /** How many readings Kafka ever took, heartbeats and redeliveries included. */
  async received(): Promise<number> {
    const ends = await this.admin.fetchTopicOffsets(TOPICS.readings);
    return sum(ends.map(({ offset }) => Number(offset)));
  }

  /** Records that the processor and the alerts have not committed. */
  async lag(): Promise<number> {
    return sum(await Promise.all(CONSUMERS.map((group) => this.behind(group))));
  }

  /** Records of the topic that the group has not committed. */
  async behind(group: { groupId: string; topic: string }): Promise<number> {
    const ends = await this.admin.fetchTopicOffsets(group.topic);
    return sum(ends.map(({ offset }) => Number(offset))) - (await this.committed(group));
  }

  /** Notifications that still wait to be sent, whether they are due or not. */
  async toBeTold(keyspace: string, channel: string): Promise<number> {
    const { rows } = await this.cassandra.execute(
      `SELECT count(*) AS waiting FROM ${keyspace}.pending_notifications WHERE channel = ? ALLOW FILTERING`,
      [channel],
      { prepare: true },
    );
    return Number(rows[0]?.['waiting']);
  }

  async disconnect(): Promise<void> {
    await this.admin.disconnect();
    await this.cassandra.shutdown();
  }
}

/** What the auditor says of what these histories tell. */
export async function verdictOn(
  historyFiles: string[],
  waitForQuietSeconds = 90,
  services: Endpoints = realServices(),
): Promise<{ report: AuditReport; text: string }> {
  const report = await auditOf(historyFiles, { waitForQuietSeconds }, services);
  return { report, text: renderReport(report) };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
