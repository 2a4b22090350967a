import type { History } from './history.js';
import { LatencyHistogram, RecentLatencies, type Quantiles } from './latency-histogram.js';
import type { OutgoingReading } from './outgoing-reading.js';

/** PUBACK reason codes from here on are refusals. */
const REFUSED_FROM = 0x80;
/** The broker took the message, and had nobody to hand it to. */
const NO_MATCHING_SUBSCRIBERS = 0x10;
const RECENT_SECONDS = 5;

export interface Counts {
  /** Readings sent at least once. */
  sent: number;
  /** Publish attempts, resends included. */
  attempts: number;
  acknowledged: number;
  refused: number;
  /** Acknowledged, although nobody had subscribed: the bridge will never see them. */
  withoutSubscriber: number;
}

/** What was sent and what came back, in numbers and, if wanted, line by line in the history. */
export class Ledger {
  readonly counts: Counts = { sent: 0, attempts: 0, acknowledged: 0, refused: 0, withoutSubscriber: 0 };
  readonly #all = new LatencyHistogram();
  readonly #recent = new RecentLatencies(RECENT_SECONDS);

  constructor(private readonly history?: History) {}

  /** Called right before each attempt, with `attempt` already counted up. */
  sent(reading: OutgoingReading, topic: string): void {
    reading.attemptedAtMs = performance.now();
    this.counts.attempts++;
    if (reading.attempt === 1) this.counts.sent++;
    this.history?.sent(reading, topic, Date.now());
  }

  acknowledged(reading: OutgoingReading, reasonCode: number): void {
    this.history?.acknowledged(reading, reasonCode, Date.now());
    const now = performance.now();
    this.#all.record(now - reading.attemptedAtMs);
    this.#recent.record(now - reading.attemptedAtMs, now);
    if (reading.acknowledged) return;
    reading.acknowledged = true;
    if (reasonCode >= REFUSED_FROM) this.counts.refused++;
    else this.counts.acknowledged++;
    if (reasonCode === NO_MATCHING_SUBSCRIBERS) this.counts.withoutSubscriber++;
  }

  get unacknowledged(): number {
    return this.counts.sent - this.counts.acknowledged - this.counts.refused;
  }

  /** Publish to PUBACK, in ms, over the whole run. */
  latencies(): Quantiles | undefined {
    return this.#all.quantiles();
  }

  /** The same over the last seconds. */
  recentLatencies(): Quantiles | undefined {
    return this.#recent.quantiles(performance.now());
  }
}
