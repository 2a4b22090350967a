import { partitionOf } from '@navora/kafka';
import {
  inParallel,
  present,
  type Behind,
  type Found,
  type Remains,
  type Statements,
} from './erased-remains.js';
import type { Layout } from './stored-readings.js';

/** Hours in which a reading may have been about to be stored, besides those that have rows. */
const LOOKS_BACK_MS = 48 * 3_600_000;
const LOOKS_AHEAD_MS = 2 * 3_600_000;

interface Row {
  recordedAt: Date;
  messageId: string;
  receivedAt: number | undefined;
  /** µs */
  writtenAt: bigint | undefined;
}

/**
 * Rows of `readings`, whatever hour they say, and the row of `latest_readings`.
 *
 * Each partition is read serially. A conditional insert that is half-way, since whoever began it died or gave it up,
 * would otherwise be finished by the next insert of some other vehicle there, long after we looked.
 *
 * Rows are removed as of the very time they were written: what is inserted later has a later ballot, and is not
 * touched, whatever our clock says.
 */
export class ErasedReadings implements Remains {
  constructor(
    private readonly cassandra: Statements,
    private readonly layout: Layout,
    private readonly now: () => number = Date.now,
  ) {}

  async look(behind: Behind, remove: boolean): Promise<Found> {
    const shard = partitionOf(behind.vehicleId, this.layout.shardCount);
    let readings = 0;
    await inParallel(this.bucketsOf(shard), async (bucket) => {
      const found = await this.lookIn(shard, bucket, behind, remove);
      readings += found;
    });
    const latest = await this.lookAtLatest(shard, behind, remove);
    return present({ readings, latest_readings: latest });
  }

  /** Whether the reading stands, and was received after the fence. */
  async isStoredAfter(
    { vehicleId, erasedAt }: Behind,
    recordedAt: number,
    messageId: string,
  ): Promise<boolean> {
    const { shardCount, bucketMs } = this.layout;
    const bucket = new Date(Math.floor(recordedAt / bucketMs) * bucketMs);
    const row = await this.cassandra.one(
      `SELECT received_at FROM ${this.table} WHERE shard = ? AND bucket = ? AND vehicle_id = ? AND recorded_at = ? AND message_id = ?`,
      [partitionOf(vehicleId, shardCount), bucket, vehicleId, new Date(recordedAt), messageId],
    );
    return ((row?.['received_at'] as Date | null | undefined)?.getTime() ?? -Infinity) > erasedAt;
  }

  private get table(): string {
    return `${this.cassandra.keyspace}.readings`;
  }

  /** All of the shard that have rows, so that readings of a wrong clock are found too; and those of late. */
  private async *bucketsOf(shard: number): AsyncGenerator<number> {
    const { bucketMs } = this.layout;
    const seen = new Set<number>();
    const first = Math.floor((this.now() - LOOKS_BACK_MS) / bucketMs) * bucketMs;
    for (let bucket = first; bucket <= this.now() + LOOKS_AHEAD_MS; bucket += bucketMs) {
      seen.add(bucket);
      yield bucket;
    }
    for await (const row of this.cassandra.rows(`SELECT DISTINCT shard, bucket FROM ${this.table}`)) {
      const bucket = (row['bucket'] as Date).getTime();
      if (row['shard'] === shard && !seen.has(bucket)) yield bucket;
    }
  }

  private async lookIn(shard: number, bucket: number, behind: Behind, remove: boolean): Promise<number> {
    const partition = [shard, new Date(bucket), behind.vehicleId];
    const all: Row[] = [];
    for await (const row of this.cassandra.rows(
      `SELECT recorded_at, message_id, received_at, writetime(received_at) AS written FROM ${this.table}
       WHERE shard = ? AND bucket = ? AND vehicle_id = ?`,
      partition,
      true,
    ))
      all.push({
        recordedAt: row['recorded_at'] as Date,
        messageId: String(row['message_id']),
        receivedAt: (row['received_at'] as Date | null)?.getTime(),
        writtenAt: (row['written'] as bigint | null) ?? undefined,
      });
    const erased = all.filter(({ receivedAt }) => (receivedAt ?? -Infinity) <= behind.erasedAt);
    if (erased.length === 0 || !remove) return erased.length;
    const times = erased.flatMap(({ writtenAt }) => (writtenAt === undefined ? [] : [writtenAt]));
    if (erased.length === all.length && times.length === all.length) await this.removeAll(partition, times);
    else for (const row of erased) await this.removeOne(partition, row);
    return erased.length;
  }

  private async removeAll(partition: unknown[], times: bigint[]): Promise<void> {
    const newest = times.reduce((one, other) => (one > other ? one : other));
    await this.cassandra.run(
      `DELETE FROM ${this.table} USING TIMESTAMP ? WHERE shard = ? AND bucket = ? AND vehicle_id = ?`,
      [newest, ...partition],
    );
  }

  private async removeOne(partition: unknown[], { recordedAt, messageId, writtenAt }: Row): Promise<void> {
    const key = 'WHERE shard = ? AND bucket = ? AND vehicle_id = ? AND recorded_at = ? AND message_id = ?';
    const params = [...partition, recordedAt, messageId];
    // A row without a time of receipt is none of ours; its key tells it from all that may come.
    if (writtenAt === undefined) await this.cassandra.run(`DELETE FROM ${this.table} ${key}`, params);
    else
      await this.cassandra.run(`DELETE FROM ${this.table} USING TIMESTAMP ? ${key}`, [writtenAt, ...params]);
  }

  /** A state whose reading is not stored any more, or was received before. */
  private async lookAtLatest(shard: number, behind: Behind, remove: boolean): Promise<number> {
    const table = `${this.cassandra.keyspace}.latest_readings`;
    const key = [shard, behind.vehicleId];
    const row = await this.cassandra.one(
      `SELECT state, writetime(state) AS written FROM ${table} WHERE shard = ? AND vehicle_id = ?`,
      key,
    );
    if (!row) return 0;
    const { recordedAt, messageId } = identityIn(row['state'] as string | null);
    if (recordedAt !== undefined && messageId !== undefined)
      if (await this.isStoredAfter(behind, recordedAt, messageId)) return 0;
    const written = row['written'] as bigint | null;
    if (remove && written !== null)
      await this.cassandra.run(`DELETE FROM ${table} USING TIMESTAMP ? WHERE shard = ? AND vehicle_id = ?`, [
        written,
        ...key,
      ]);
    return 1;
  }
}

function identityIn(state: string | null): { recordedAt?: number; messageId?: string } {
  try {
    return JSON.parse(state ?? '{}') as { recordedAt?: number; messageId?: string };
  } catch {
    return {};
  }
}
