import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { eventually, ownName, ServiceProcess } from '@navora/testing';
import type { SeekEntry } from 'kafkajs';
import { migrateAll } from './migrate.js';
import { testEnvironment } from './services.fixture.js';
import type { Observer } from './under-load.fixture.js';

/**
 * A processor and an alerts service that nobody disturbs: they read the same readings from Kafka as those that are
 * disturbed, and keep what becomes of them in tables and topics of their own.
 */
export class UndisturbedTwin {
  readonly keyspace = ownName('twin');
  private readonly groups = { processor: ownName('twin'), alerts: ownName('twin') };
  private readonly topics = { signals: ownName('twin_signals'), deadLetters: ownName('twin_dead') };

  private constructor(
    private readonly observer: Observer,
    private readonly from: readonly SeekEntry[],
  ) {}

  /** It will read what comes from now on. */
  static async fromNowOn(observer: Observer): Promise<UndisturbedTwin> {
    const ends = await observer.admin.fetchTopicOffsets(TOPICS.readings);
    return new UndisturbedTwin(
      observer,
      ends.map(({ partition, offset }) => ({ partition, offset })),
    );
  }

  /** Reads all that has come, and resolves when it is through with it and everybody is told. */
  async catchUp(notificationsFile: string, channel: string): Promise<void> {
    const { admin } = this.observer;
    const environment = this.environment(notificationsFile);
    await migrateAll(environment, () => undefined);
    for (const [topic, like] of [
      [this.topics.signals, TOPICS.signals],
      [this.topics.deadLetters, TOPICS.deadLetters],
    ] as const) {
      const numPartitions = TOPIC_LAYOUT[like].partitions;
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
    }
    const groupId = this.groups.processor;
    await admin.setOffsets({ groupId, topic: TOPICS.readings, partitions: [...this.from] });

    const services = await Promise.all(
      ['processor', 'alerts'].map((service) => ServiceProcess.start(service, environment)),
    );
    try {
      await eventually('the twin through with it', () => this.isThrough(channel), {
        withinMs: 300_000,
        everyMs: 500,
      });
    } finally {
      await Promise.all(services.map((service) => service.end('SIGTERM')));
    }
  }

  private async isThrough(channel: string): Promise<boolean> {
    const { processor, alerts } = this.groups;
    const readings = await this.observer.behind({ groupId: processor, topic: TOPICS.readings });
    if (readings > 0) return false;
    const signals = await this.observer.behind({ groupId: alerts, topic: this.topics.signals });
    return signals === 0 && (await this.observer.toBeTold(this.keyspace, channel)) === 0;
  }

  private environment(notificationsFile: string): Record<string, string> {
    return {
      ...testEnvironment(),
      NAVORA_CASSANDRA_KEYSPACE: this.keyspace,
      NAVORA_PROCESSOR_GROUP: this.groups.processor,
      NAVORA_ALERTS_GROUP: this.groups.alerts,
      NAVORA_SIGNALS_TOPIC: this.topics.signals,
      NAVORA_DEAD_LETTERS_TOPIC: this.topics.deadLetters,
      NAVORA_NOTIFICATIONS_FILE: notificationsFile,
    };
  }

  async dispose(): Promise<void> {
    const { admin, cassandra } = this.observer;
    await admin.deleteTopics({ topics: Object.values(this.topics) }).catch(() => undefined);
    await admin.deleteGroups(Object.values(this.groups)).catch(() => undefined);
    await cassandra.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`);
  }
}
