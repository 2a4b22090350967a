import type { CassandraClient } from '@navora/cassandra';
import type { ServiceProcesses } from '@navora/drill';
import { TOPICS } from '@navora/schemas';
import type { Fleet, FleetStats } from '@navora/simulator';
import type { Admin } from 'kafkajs';
import type { ReadableSampler } from './readable-sampler.js';

export interface OpenAlert {
  vehicleId: string;
  rule: string;
  severity: string;
  value: number;
  openedAt: Date;
}

/** What the live view shows, at one moment. */
export interface LiveFigures {
  seconds: number;
  fleet: FleetStats;
  /** Since the start. */
  inKafka: number;
  stored: number;
  deadLetters: number;
  /** Records not yet committed by their consumer. */
  readingsLag: number;
  signalsLag: number;
  publishToReadableMs: { p50: number; p99: number } | undefined;
  openAlerts: OpenAlert[];
}

export interface FigureSources {
  fleet: Fleet;
  admin: Admin;
  cassandra: CassandraClient;
  keyspace: string;
  services: ServiceProcesses;
  sampler: ReadableSampler;
  groups: { processor: string; alerts: string };
}

const OPEN_ALERT_BUCKETS = 16;

/** Collects the figures from where they are true: Kafka's offsets, Cassandra's tables, the services' metrics. */
export class FigureCollector {
  private readonly startedAt = Date.now();
  private readonly stored = new GrowingCounter();

  private constructor(
    private readonly sources: FigureSources,
    private readonly base: { readings: number; deadLetters: number },
  ) {}

  static async create(sources: FigureSources): Promise<FigureCollector> {
    const { admin } = sources;
    return new FigureCollector(sources, {
      readings: sum(await endsOf(admin, TOPICS.readings)),
      deadLetters: sum(await endsOf(admin, TOPICS.deadLetters)),
    });
  }

  async collect(): Promise<LiveFigures> {
    const { admin, fleet, groups, sampler, services } = this.sources;
    const [readings, signals, deadLetters, readingsDone, signalsDone, metrics, openAlerts] =
      await Promise.all([
        endsOf(admin, TOPICS.readings),
        endsOf(admin, TOPICS.signals),
        endsOf(admin, TOPICS.deadLetters),
        committedOf(admin, groups.processor, TOPICS.readings),
        committedOf(admin, groups.alerts, TOPICS.signals),
        services.metricsOf('processor'),
        this.openAlerts(),
      ]);
    return {
      seconds: (Date.now() - this.startedAt) / 1000,
      fleet: fleet.stats(),
      inKafka: sum(readings) - this.base.readings,
      stored: this.stored.see(
        metrics === undefined
          ? undefined
          : counterOf(metrics, 'navora_processor_readings_total{status="stored"'),
      ),
      deadLetters: sum(deadLetters) - this.base.deadLetters,
      readingsLag: lagOf(readings, readingsDone),
      signalsLag: lagOf(signals, signalsDone),
      publishToReadableMs: sampler.quantiles(),
      openAlerts,
    };
  }

  /** Of this fleet only: those of earlier runs are not news. */
  private async openAlerts(): Promise<OpenAlert[]> {
    const { cassandra, keyspace, fleet } = this.sources;
    const query = `SELECT vehicle_id, rule, severity, value, opened_at FROM ${keyspace}.open_alerts WHERE bucket = ?`;
    const results = await Promise.all(
      Array.from({ length: OPEN_ALERT_BUCKETS }, (_, bucket) =>
        cassandra.execute(query, [bucket], { prepare: true }),
      ),
    );
    return results
      .flatMap(({ rows }) => rows)
      .filter((row) => String(row['vehicle_id']).startsWith(`${fleet.prefix}-`))
      .map((row) => ({
        vehicleId: row['vehicle_id'] as string,
        rule: row['rule'] as string,
        severity: row['severity'] as string,
        value: row['value'] as number,
        openedAt: row['opened_at'] as Date,
      }))
      .sort((a, b) => b.openedAt.getTime() - a.openedAt.getTime());
  }
}

/** A counter of a process that may be restarted, and then counts from zero again. */
class GrowingCounter {
  private before = 0;
  private last = 0;

  see(value: number | undefined): number {
    if (value !== undefined) {
      if (value < this.last) this.before += this.last;
      this.last = value;
    }
    return this.before + this.last;
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

function sum(offsets: Offsets): number {
  return [...offsets.values()].reduce((a, b) => a + b, 0);
}

function lagOf(ends: Offsets, committed: Offsets): number {
  return [...ends].reduce(
    (lag, [partition, end]) => lag + Math.max(0, end - (committed.get(partition) ?? 0)),
    0,
  );
}

function counterOf(metrics: string, start: string): number {
  const line = metrics.split('\n').find((text) => text.startsWith(start));
  return line ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0;
}
