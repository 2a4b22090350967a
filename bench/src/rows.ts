import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import type { Reading } from '@navora/schemas';
import { errors } from 'cassandra-driver';
import { ArrivalClock } from './clock.js';
import type { RowsElsewhere } from './contestant.js';
import type { Corpus } from './corpus.js';
import { Tally, type Faults } from './tally.js';

const SHARDS = 64;
const HOUR_MS = 3_600_000;

export const shardOf = (vehicleId: string) => partitionOf(vehicleId, SHARDS);
export const bucketOf = (recordedAt: number) => Math.floor(recordedAt / HOUR_MS) * HOUR_MS;

/** Navora's own table of readings, as its contract describes it. */
export const READINGS: RowsElsewhere = {
  name: 'readings',
  vehicleId: 'vehicle_id',
  recordedAt: 'recorded_at',
  messageId: 'message_id',
  sequence: 'sequence',
  speedKph: 'speed_kph',
  keyOf: ({ vehicleId, recordedAt, messageId }: Reading) => ({
    shard: shardOf(vehicleId),
    bucket: bucketOf(recordedAt),
    vehicle_id: vehicleId,
    recorded_at: recordedAt,
    message_id: messageId,
  }),
};

/**
 * Whether the last reading of every shard can be read: asked often while it is not, a few at a time. A shard's rows
 * come in about the order of the corpus; that none is missing is checked apart.
 */
export class LastRows {
  private missing: Reading[];

  constructor(
    private readonly cassandra: CassandraClient,
    private readonly keyspace: string,
    private readonly table: RowsElsewhere,
    private readonly corpus: Corpus,
  ) {
    const last = new Map<number, number>();
    for (let index = 0; index < corpus.size; index++) last.set(shardOf(corpus.vehicleIdOf(index)), index);
    this.missing = [...last.values()].sort((a, b) => a - b).map((index) => corpus.reading(index));
  }

  async areThere(): Promise<boolean> {
    // While the very last are not there it is no use to ask for the others, which costs those who are measured.
    const last = await this.missingOf(this.missing.slice(-4));
    if (last.length === Math.min(4, this.missing.length)) return false;
    this.missing = await this.missingOf(this.missing);
    return this.missing.length === 0;
  }

  private async missingOf(readings: Reading[]): Promise<Reading[]> {
    const found = await Promise.all(readings.map((reading) => this.isThere(reading)));
    return readings.filter((_, at) => !found[at]);
  }

  /** False, too, while the side has not made its table, or Cassandra is at it. */
  async anyRow(): Promise<boolean> {
    const query = `SELECT ${this.table.vehicleId} FROM ${this.keyspace}.${this.table.name} LIMIT 1`;
    try {
      const { rows } = await this.cassandra.execute(query, [], { prepare: true });
      return rows.length > 0;
    } catch (error) {
      if (error instanceof errors.ResponseError) return false;
      throw error;
    }
  }

  /** How many of some readings, evenly spread, are there: for whoever asks whether anything happens at all. */
  async progress(): Promise<number> {
    const step = Math.max(1, Math.floor(this.corpus.size / 50));
    const some = Array.from({ length: Math.ceil(this.corpus.size / step) }, (_, at) => at * step);
    const missing = await this.missingOf(some.map((index) => this.corpus.reading(index)));
    return some.length - missing.length;
  }

  private async isThere(reading: Reading): Promise<boolean> {
    const key = this.table.keyOf(reading);
    const where = Object.keys(key)
      .map((column) => `${column} = ?`)
      .join(' AND ');
    const { rows } = await this.cassandra.execute(
      `SELECT ${this.table.vehicleId} FROM ${this.keyspace}.${this.table.name} WHERE ${where}`,
      Object.values(key),
      { prepare: true },
    );
    return rows.length > 0;
  }
}

/**
 * All rows of a table, held against the corpus. Order is that of the rows' write times: a row may not be older than
 * one of its vehicle and hour that stands before it. Two hours are two partitions, which are written side by side.
 */
export async function examineRows(
  cassandra: CassandraClient,
  keyspace: string,
  table: RowsElsewhere,
  corpus: Corpus,
): Promise<{ faults: Faults; clock: ArrivalClock }> {
  const tally = new Tally(corpus);
  const clock = new ArrivalClock();
  const writtenAt = new Float64Array(corpus.size);
  const columns = [table.vehicleId, table.sequence, table.messageId, table.recordedAt, table.speedKph];
  const query = `SELECT ${columns.join(', ')}, WRITETIME(${table.speedKph}) AS written FROM ${keyspace}.${table.name}`;
  const rows = cassandra.stream(query, [], { prepare: true, fetchSize: 5000, autoPage: true });
  for await (const row of rows as unknown as AsyncIterable<Record<string, unknown>>) {
    const index = corpus.indexOf(String(row[table.vehicleId]), Number(row[table.sequence]));
    const micros = Number(row['written']);
    clock.arrive(micros / 1000);
    tally.see(index, index !== undefined && isAsSent(corpus.reading(index), row, table));
    if (index !== undefined) writtenAt[index] = micros;
  }
  return { faults: { ...tally.faults, outOfOrder: outOfOrderIn(corpus, writtenAt) }, clock };
}

/** @param writtenAt of each reading, µs since 1970; 0 of those that are not there */
export function outOfOrderIn(corpus: Corpus, writtenAt: ArrayLike<number>): number {
  const newest = new Map<number, { hour: number; written: number }>();
  let outOfOrder = 0;
  for (let index = 0; index < corpus.size; index++) {
    const written = writtenAt[index] ?? 0;
    if (written === 0) continue;
    const [vehicle, hour] = [corpus.vehicleOf(index), bucketOf(corpus.recordedAtOf(index))];
    const before = newest.get(vehicle);
    if (before?.hour === hour && written < before.written) outOfOrder++;
    newest.set(vehicle, { hour, written });
  }
  return outOfOrder;
}

function isAsSent(reading: Reading, row: Record<string, unknown>, table: RowsElsewhere): boolean {
  const at = row[table.recordedAt];
  return (
    String(row[table.messageId]) === reading.messageId &&
    (at instanceof Date ? at.getTime() : Number(at)) === reading.recordedAt &&
    row[table.speedKph] === reading.speedKph
  );
}
