import { GROUPS, TOPICS } from '@navora/schemas';
import { type Admin, Kafka, logLevel } from 'kafkajs';

export interface Standing {
  /** Records in the topics of readings and of dead letters since they were made. */
  readings: number;
  deadLetters: number;
  /** Records not yet committed by their consumer. */
  readingsLag: number;
  signalsLag: number;
}

const PATIENCE_MS = 4000;

/** Asks Kafka where topics and groups stand, on a connection of its own that is made anew when it fails. */
export class KafkaStanding {
  private admin: Admin | undefined;

  constructor(private readonly brokers: string[]) {}

  /** @returns undefined while Kafka does not answer. */
  async look(): Promise<Standing | undefined> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    try {
      const given = new Promise<undefined>((resolve) =>
        late.signal.addEventListener('abort', () => resolve(undefined)),
      );
      const standing = await Promise.race([this.ask(), given]);
      if (!standing) this.forget();
      return standing;
    } catch {
      this.forget();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Both groups must have no members. */
  async resetToEarliest(): Promise<void> {
    const admin = await this.connected();
    for (const [groupId, topic] of [
      [GROUPS.processor, TOPICS.readings],
      [GROUPS.alerts, TOPICS.signals],
    ] as const)
      await admin.resetOffsets({ groupId, topic, earliest: true });
  }

  forget(): void {
    void this.admin?.disconnect().catch(() => undefined);
    this.admin = undefined;
  }

  private async ask(): Promise<Standing> {
    const admin = await this.connected();
    const [readings, signals, deadLetters, readingsDone, signalsDone] = await Promise.all([
      endsOf(admin, TOPICS.readings),
      endsOf(admin, TOPICS.signals),
      endsOf(admin, TOPICS.deadLetters),
      committedOf(admin, GROUPS.processor, TOPICS.readings),
      committedOf(admin, GROUPS.alerts, TOPICS.signals),
    ]);
    return {
      readings: sum(readings),
      deadLetters: sum(deadLetters),
      readingsLag: lagOf(readings, readingsDone),
      signalsLag: lagOf(signals, signalsDone),
    };
  }

  private async connected(): Promise<Admin> {
    if (this.admin) return this.admin;
    const kafka = new Kafka({
      ...{ clientId: 'navora-drill', brokers: this.brokers, logLevel: logLevel.NOTHING },
      ...{ requestTimeout: PATIENCE_MS, connectionTimeout: 2000, retry: { retries: 1 } },
    });
    const admin = kafka.admin();
    await admin.connect();
    return (this.admin = admin);
  }
}

type Offsets = Map<number, number>;

async function endsOf(admin: Admin, topic: string): Promise<Offsets> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}

async function committedOf(admin: Admin, groupId: string, topic: string): Promise<Offsets> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
}

const sum = (offsets: Offsets) => [...offsets.values()].reduce((a, b) => a + b, 0);

function lagOf(ends: Offsets, committed: Offsets): number {
  return [...ends].reduce(
    (lag, [partition, end]) => lag + Math.max(0, end - (committed.get(partition) ?? 0)),
    0,
  );
}
