import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Change } from './alert.js';
import type { Announcement } from './notice.js';

const SECONDS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600];

/** What is told, and what is not. */
export class NotificationMetrics {
  private readonly sentCount: Counter<'channel'>;
  private readonly failedCount: Counter<'channel'>;
  private readonly retriedCount: Counter<'channel'>;
  private readonly throttledCount: Counter<'channel'>;
  private readonly withdrawnCount: Counter<'channel'>;
  private readonly lateCount: Counter;
  private readonly pendingCount: Gauge<'channel'>;
  private readonly oldestPending: Gauge<'channel'>;
  private readonly handedOverAfter: Histogram<'channel'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string) =>
      new Counter({
        name: `navora_notifications_${name}`,
        help,
        labelNames: ['channel'] as const,
        registers,
      });
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `navora_notifications_${name}`, help, labelNames: ['channel'] as const, registers });
    this.sentCount = counter('sent_total', 'Notifications that the channel accepted');
    this.failedCount = counter('failed_total', 'Notifications refused or given up: nobody was told');
    this.retriedCount = counter('retried_total', 'Attempts that failed and are repeated');
    this.throttledCount = counter(
      'throttled_total',
      'Notifications that had to wait for the end of a window',
    );
    this.withdrawnCount = counter('withdrawn_total', 'Of those, the ones that a later one overtook');
    this.lateCount = new Counter({
      name: 'navora_notifications_suppressed_late_total',
      help: 'Alerts that woke nobody, since the reading was late or long on its way',
      registers,
    });
    this.pendingCount = gauge(
      'pending',
      'Notifications due and not settled, as of the last look; at most 10000 are seen',
    );
    this.oldestPending = gauge('oldest_pending_seconds', 'How long the oldest of those has been due');
    this.handedOverAfter = new Histogram({
      name: 'navora_notifications_handed_over_seconds',
      help: 'From the receipt of the reading to the acceptance by the channel',
      labelNames: ['channel'] as const,
      buckets: SECONDS,
      registers,
    });
  }

  /** From the beginning: an alert on an increase misses the first of what was not there before. */
  expect(channels: Iterable<string>): void {
    const counters = [
      ...[this.sentCount, this.failedCount, this.retriedCount],
      ...[this.throttledCount, this.withdrawnCount],
    ];
    for (const channel of channels) {
      for (const counter of counters) counter.labels(channel).inc(0);
      this.pending(channel, 0, 0);
    }
  }

  announced(
    changes: readonly Change[],
    { notices, withdrawn, known }: Announcement,
    unannounced: readonly string[],
  ): void {
    const late = changes.filter(
      ({ transition, alert }) => transition === 'recorded-late' || unannounced.includes(alert.id),
    );
    if (late.length > 0) this.lateCount.inc(late.length);
    if (known) return;
    for (const { channel, dueAt, receivedAt } of notices)
      if (dueAt > receivedAt) this.throttledCount.labels(channel).inc();
    for (const { channel } of withdrawn) this.withdrawnCount.labels(channel).inc();
  }

  sent(channel: string, afterMs: number): void {
    this.sentCount.labels(channel).inc();
    this.handedOverAfter.labels(channel).observe(Math.max(0, afterMs) / 1000);
  }

  failed(channel: string): void {
    this.failedCount.labels(channel).inc();
  }

  retried(channel: string): void {
    this.retriedCount.labels(channel).inc();
  }

  pending(channel: string, count: number, oldestMs: number): void {
    this.pendingCount.labels(channel).set(count);
    this.oldestPending.labels(channel).set(Math.max(0, oldestMs) / 1000);
  }
}
