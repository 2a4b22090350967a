import type { CassandraClient } from '@navora/cassandra';
import { types } from 'cassandra-driver';
import type { Ending } from './broker-log.js';
import type { ConnectionChange } from './connections.js';

export interface RecordedChange extends ConnectionChange {
  broker: string;
  /** Of the line in the broker's log. */
  place: number;
}

/** Writes under way at once: ten thousand vehicles may come back in the same moment. */
const AT_ONCE = 64;

/** What became of the vehicles' connections, in Cassandra. */
export class ConnectionStore {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.table = `${keyspace}.vehicle_connections`;
  }

  /** Writing the same again changes nothing. @param keepDays how long they are kept */
  async record(changes: readonly RecordedChange[], keepDays: number): Promise<void> {
    const ttl = keepDays * 24 * 3600;
    await eachOf(changes, async ({ vehicleId, at, broker, place, change, reason, address }) => {
      await this.client.execute(
        `INSERT INTO ${this.table} (vehicle_id, at, broker, place, change, reason, address)
         VALUES (?, ?, ?, ?, ?, ?, ?) USING TTL ?`,
        [vehicleId, at, broker, BigInt(place), change, reason ?? null, address ?? null, ttl],
        { prepare: true, consistency: types.consistencies.localQuorum },
      );
    });
  }

  /** Newest first. */
  async of(vehicleId: string, from: Date, limit: number): Promise<RecordedChange[]> {
    const { rows } = await this.client.execute(
      `SELECT * FROM ${this.table} WHERE vehicle_id = ? AND at >= ? LIMIT ?`,
      [vehicleId, from, limit],
      { prepare: true },
    );
    return rows.map(changeFrom);
  }

  /** Of all vehicles, newest first. Asks for each: a look for people, not for programs that look often. */
  async newest(from: Date, limit: number): Promise<RecordedChange[]> {
    const vehicles: string[] = [];
    const result = await this.client.execute(`SELECT DISTINCT vehicle_id FROM ${this.table}`, [], {
      prepare: true,
      fetchSize: 5000,
    });
    for await (const row of result as AsyncIterable<types.Row>) vehicles.push(row['vehicle_id'] as string);
    let found: RecordedChange[] = [];
    await eachOf(vehicles, async (vehicleId) => {
      const changes = await this.of(vehicleId, from, limit);
      found.push(...changes);
      if (found.length > 10 * limit) found = newestOf(found, limit);
    });
    return newestOf(found, limit);
  }
}

function newestOf(changes: RecordedChange[], limit: number): RecordedChange[] {
  return changes
    .sort((one, other) => other.at.getTime() - one.at.getTime() || other.place - one.place)
    .slice(0, limit);
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) await work(all[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, worker));
}

function changeFrom(row: types.Row): RecordedChange {
  const reason = row['reason'] as Ending | null;
  const address = row['address'] as string | null;
  return {
    vehicleId: row['vehicle_id'] as string,
    at: row['at'] as Date,
    change: row['change'] as ConnectionChange['change'],
    ...(reason !== null && { reason }),
    ...(address !== null && { address }),
    broker: row['broker'] as string,
    place: Number(row['place']),
  };
}
