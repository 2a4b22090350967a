import { setTimeout as pause } from 'node:timers/promises';
import { classifyStoreError, type CassandraClient } from '@navora/cassandra';
import { types, type QueryOptions } from 'cassandra-driver';

/** What is to be gone: everything of the vehicle that comes from readings received up to the fence. */
export interface Behind {
  readonly vehicleId: string;
  /** ms since 1970 */
  readonly erasedAt: number;
  /** When somebody asked for it: a state that was emptied since then has nothing of before in it. */
  readonly requestedAt: number;
}

/** Rows found, by table; a table with none is left out. */
export type Found = Record<string, number>;

/**
 * Where something of a vehicle may stand. A look counts what it finds and, when `remove` is said, removes it; it may
 * be broken off anywhere, and made again. Nothing of what was received after the fence is touched.
 */
export interface Remains {
  look(behind: Behind, remove: boolean): Promise<Found>;
}

export function totalOf(found: Found): number {
  return Object.values(found).reduce((sum, count) => sum + count, 0);
}

export function sumOf(one: Found, other: Found): Found {
  const sum = { ...one };
  for (const [table, count] of Object.entries(other)) sum[table] = (sum[table] ?? 0) + count;
  return sum;
}

/** Without the tables in which there was nothing. */
export function present(found: Found): Found {
  return Object.fromEntries(Object.entries(found).filter(([, count]) => count > 0));
}

const PAGE = 5000;
const TRIES = 8;
const AT_ONCE = 8;

/** Plain reads and writes of the erasure; each may be repeated. */
export class Statements {
  constructor(
    private readonly client: CassandraClient,
    readonly keyspace: string,
  ) {}

  /** Row by row, a page at a time: also of a whole table. */
  async *rows(query: string, params: unknown[] = [], serial = false): AsyncGenerator<types.Row> {
    const result = await this.execute(query, params, {
      ...{ fetchSize: PAGE, readTimeout: 15_000 },
      ...(serial && { consistency: types.consistencies.localSerial }),
    });
    for await (const row of result) yield row as types.Row;
  }

  async one(query: string, params: unknown[]): Promise<types.Row | undefined> {
    return (await this.execute(query, params, {})).rows[0];
  }

  async run(query: string, params: unknown[]): Promise<void> {
    await this.execute(query, params, {});
  }

  private async execute(query: string, params: unknown[], options: QueryOptions): Promise<types.ResultSet> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.client.execute(query, params, { prepare: true, ...options });
      } catch (error) {
        if (attempt === TRIES || !mayPass(error)) throw error;
        await pause(200 * attempt);
      }
    }
  }

  /** One conditional batch of one partition; once, since whether it was applied is for the caller to find out. */
  async batch(statements: { query: string; params: unknown[] }[]): Promise<boolean> {
    const result = await this.client.batch(statements, {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
    return result.wasApplied();
  }
}

export function mayPass(error: unknown): boolean {
  const kind = classifyStoreError(error);
  return kind === 'transient' || kind === 'unknown-outcome';
}

/** So many at once; the first error ends it. */
export async function inParallel<T>(
  all: Iterable<T> | AsyncIterable<T>,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const one of all) {
    const task: Promise<void> = work(one)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(task));
    underWay.add(task);
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    if (failures.length > 0) break;
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
