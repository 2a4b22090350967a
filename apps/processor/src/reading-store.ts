import {
  classifyStoreError,
  GroupCommit,
  type BatchAnswer,
  type CassandraClient,
  type ConditionalStore,
  type GroupCommitOptions,
  type StoreOutcome,
} from '@navora/cassandra';
import type { FenceCheck } from '@navora/erasure';
import { rejected, type Origin, type Rejection } from '@navora/schemas';
import { types } from 'cassandra-driver';
import { READING_COLUMNS } from './reading-columns.js';
import { parametersOf, type ReadingRow } from './reading-row.js';
import { contentOf, disagreement, type StoredReading } from './same-content.js';

/** The first delivery of a reading: the one that is its row, whichever delivery came now. */
export interface Stored {
  status: 'stored' | 'already-stored';
  clockSuspect: boolean;
  /** ms since 1970 */
  receivedAt: number;
  origin: Origin;
}

export type Fate = Stored | { rejection: Rejection } | 'erased';

type ExistingRow = StoredReading & { messageId: string };

export type ReadingStoreOptions = Pick<
  GroupCommitOptions<ReadingRow, ExistingRow>,
  'maxBatchesInFlight' | 'onBatch' | 'onFailure'
> & { fences: FenceCheck };

/**
 * What is received later than this after it was recorded has waited in its vehicle, and nobody waits for it. By the
 * record's two times, so that a backlog of ours makes no reading late.
 */
const LIVE_WITHIN_MS = 60_000;

/**
 * Vehicles that come back send hours of readings, which are a row or two in each of hundreds of partitions. Gathered
 * for so long they make a fraction of the batches, and leave the store to readings that somebody waits for.
 */
const GATHER_MS = 2000;

/** Somebody waits for it. */
export function isLive({ receivedAt, reading }: Pick<ReadingRow, 'receivedAt' | 'reading'>): boolean {
  return receivedAt - reading.recordedAt <= LIVE_WITHIN_MS;
}

/** Stores each reading once, whatever is delivered twice, lost on the way, or raced by another processor. */
export class ReadingStore {
  private readonly commits: GroupCommit<ReadingRow, ExistingRow>;

  constructor(store: ConditionalStore<ReadingRow, ExistingRow>, { fences, ...options }: ReadingStoreOptions) {
    this.commits = new GroupCommit(store, {
      ...options,
      barred: async (rows) => {
        if (!fences.fresh) await fences.untilFresh();
        return new Set(
          rows.filter(({ reading, receivedAt }) => fences.isErased(reading.vehicleId, receivedAt)),
        );
      },
      partitionOf: (row) => `${row.shard}/${row.bucket}`,
      // Of two rows with one message id the second waits for another batch, so within one it tells all rows apart.
      keyOf: ({ reading }) => reading.messageId,
      keyOfExisting: (row) => row.messageId,
      maxBatchRows: 64,
      maxBacklogBatchRows: 128,
      isPatient: (row) => !isLive(row),
      gatherMs: GATHER_MS,
      retry: { firstMs: 200, maxMs: 2000 },
    });
  }

  get healthy(): boolean {
    return this.commits.healthy;
  }

  /** `erased`: its vehicle was erased, and it is stored no more, or soon will be no more. */
  storeOnce(row: ReadingRow): Promise<Fate> {
    return this.commits.storeOnce(row).then((outcome) => fateOf(row, outcome));
  }
}

function fateOf(row: ReadingRow, outcome: StoreOutcome<StoredReading>): Fate {
  switch (outcome.kind) {
    case 'stored':
      return {
        status: 'stored',
        clockSuspect: row.clockSuspect,
        receivedAt: row.receivedAt,
        origin: row.origin,
      };
    case 'refused':
      return rejected('refused-by-store', `Cassandra refuses the row: ${outcome.error}`);
    case 'exists':
      return sameReading(row, outcome.row);
    case 'barred':
      return 'erased';
  }
}

function sameReading(row: ReadingRow, stored: StoredReading): Stored | { rejection: Rejection } {
  const name = disagreement(contentOf(row.reading), stored.content);
  if (name !== undefined) {
    return rejected(
      'conflicting-reading',
      `another reading of this identity is stored already: its ${name} differs`,
    );
  }
  const { clockSuspect, receivedAt, origin } = stored;
  return { status: 'already-stored', clockSuspect, receivedAt, origin };
}

/** Conditional batches on the table of readings. */
export class CassandraReadings implements ConditionalStore<ReadingRow, ExistingRow> {
  private readonly insert: string;
  readonly classify = classifyStoreError;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.insert = `INSERT INTO ${keyspace}.readings (${READING_COLUMNS.join(', ')}) VALUES (${READING_COLUMNS.map(() => '?').join(', ')}) IF NOT EXISTS`;
  }

  async insertAllIfNew(rows: ReadingRow[]): Promise<BatchAnswer<ExistingRow>> {
    const [only] = rows;
    const result =
      rows.length === 1 && only
        ? await this.client.execute(this.insert, parametersOf(only), { prepare: true })
        : await this.client.batch(
            rows.map((row) => ({ query: this.insert, params: parametersOf(row) })),
            BATCH,
          );
    return result.wasApplied()
      ? { applied: true }
      : { applied: false, existing: result.rows.filter(isWhole).map(existingRowOf) };
  }
}

/** All rows are of one partition, so the batch log would guard nothing. */
const BATCH = { prepare: true, logged: false };

/** Scylla answers one row per statement, empty for those that do not exist. */
function isWhole(row: types.Row): boolean {
  return row['vehicle_id'] !== null && row['vehicle_id'] !== undefined;
}

const CONTENT_COLUMNS = {
  sequence: 'sequence',
  latitude: 'latitude',
  longitude: 'longitude',
  speedKph: 'speed_kph',
  fuelLevelPercent: 'fuel_level_percent',
  engineTemperatureC: 'engine_temperature_c',
  cargoTemperatureC: 'cargo_temperature_c',
  ignitionOn: 'ignition_on',
} as const;

function existingRowOf(row: types.Row): ExistingRow {
  const content: StoredReading['content'] = new Map();
  for (const [name, text] of Object.entries((row['extras'] as Record<string, string> | null) ?? {}))
    content.set(name, JSON.parse(text));
  for (const [name, column] of Object.entries(CONTENT_COLUMNS)) {
    const value = row[column] as number | bigint | boolean | null;
    if (value !== null) content.set(name, typeof value === 'bigint' ? Number(value) : value);
  }
  return {
    messageId: String(row['message_id']),
    content,
    clockSuspect: row['clock_suspect'] === true,
    receivedAt: (row['received_at'] as Date).getTime(),
    origin: {
      topic: row['origin_topic'],
      partition: row['origin_partition'],
      offset: Number(row['origin_offset']),
    },
  };
}
