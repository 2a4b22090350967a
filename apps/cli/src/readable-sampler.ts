import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import type { Publication } from '@navora/simulator';
import { setTimeout as pause } from 'node:timers/promises';
import type { Layout } from './stored-readings.js';

const SAMPLE_EVERY_MS = 200;
const MOST_AT_ONCE = 8;
const KEPT = 600;
const GIVE_UP_AFTER_MS = 60_000;
/** The first look comes at this share of the quickest of so many samples. */
const FIRST_LOOK = { share: 0.7, ofLast: 20 };

/**
 * How long it takes from a vehicle's publish until its reading can be read, seen from outside: now and then one
 * reading is looked for in the table until it is there. Asks Cassandra, not the services.
 */
export class ReadableSampler {
  private readonly samplesMs: number[] = [];
  private readonly lastFewMs: number[] = [];
  private lastAt = 0;
  private readonly query: string;
  private ended = false;
  private following = 0;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
    private readonly layout: Layout,
    private readonly everyMs = SAMPLE_EVERY_MS,
    private readonly kept = KEPT,
  ) {
    this.query = `SELECT message_id FROM ${keyspace}.readings WHERE shard = ? AND bucket = ? AND vehicle_id = ? AND recorded_at = ? AND message_id = ?`;
  }

  offer(publication: Publication): void {
    if (!publication.live || this.ended || publication.publishedAt - this.lastAt < this.everyMs) return;
    if (this.following >= MOST_AT_ONCE) return;
    this.lastAt = publication.publishedAt;
    this.following++;
    void this.follow(publication).finally(() => this.following--);
  }

  /** Over the last samples that are kept, in ms. */
  quantiles(): { p50: number; p99: number } | undefined {
    if (this.samplesMs.length === 0) return undefined;
    const sorted = [...this.samplesMs].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }

  /** Begins a new measurement. */
  clear(): void {
    this.samplesMs.length = 0;
  }

  end(): void {
    this.ended = true;
  }

  private async follow({ vehicleId, recordedAt, messageId, publishedAt }: Publication): Promise<void> {
    const { shardCount, bucketMs } = this.layout;
    const key = [
      partitionOf(vehicleId, shardCount),
      Math.floor(recordedAt / bucketMs) * bucketMs,
      vehicleId,
      recordedAt,
      messageId,
    ];
    // Each look is a read: nearly all would come in vain if they began at once.
    await pause(this.firstLookAfterMs());
    while (!this.ended && Date.now() - publishedAt < GIVE_UP_AFTER_MS) {
      const found = await this.client.execute(this.query, key, { prepare: true }).catch(() => undefined);
      if (found && found.rowLength > 0) {
        this.take(Date.now() - publishedAt);
        return;
      }
      // A twentieth of what has passed, by which a sample may be too long: looking must not become the load that it
      // measures.
      await pause(Math.max(2, (Date.now() - publishedAt) / 20));
    }
  }

  private firstLookAfterMs(): number {
    return this.lastFewMs.length === 0 ? 0 : FIRST_LOOK.share * Math.min(...this.lastFewMs);
  }

  private take(tookMs: number): void {
    this.samplesMs.push(tookMs);
    if (this.samplesMs.length > this.kept) this.samplesMs.shift();
    this.lastFewMs.push(tookMs);
    if (this.lastFewMs.length > FIRST_LOOK.ofLast) this.lastFewMs.shift();
  }
}
