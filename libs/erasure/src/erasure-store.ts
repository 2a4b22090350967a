import { setTimeout as pause } from 'node:timers/promises';
import { classifyStoreError, type CassandraClient } from '@navora/cassandra';
import { policies, types, type QueryOptions } from 'cassandra-driver';
import type { Erasure, ErasureState, FenceList } from './erasure.js';
import type { FenceSource } from './fences.js';

/** The table is not there: somebody must run `navora migrate` first. */
export class MissingErasures extends Error {
  override name = 'MissingErasures';
}

const LIST = 'all';
const TRIES = 20;

/** The table of erasures. It is small: a row for each vehicle that was ever erased. */
export class ErasureStore implements FenceSource {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    private readonly keyspace: string,
  ) {
    this.table = `${keyspace}.erasures`;
  }

  async version(): Promise<number> {
    const { rows } = await this.read(
      `SELECT version FROM ${this.table} WHERE list = ? LIMIT 1`,
      [LIST],
      ASKED,
    );
    return (rows[0]?.['version'] as number | null | undefined) ?? 0;
  }

  /** The version is that of the first page, so what changed while we read is read once more. */
  async readAll(): Promise<FenceList> {
    const fences: FenceList['fences'][number][] = [];
    let version: number | undefined;
    const query = `SELECT version, vehicle_id, erased_at, state FROM ${this.table} WHERE list = ?`;
    for await (const row of await this.read(query, [LIST], { ...ASKED, fetchSize: 5000 })) {
      version ??= (row['version'] as number | null) ?? 0;
      if (row['vehicle_id'] === null) continue;
      const { vehicleId, erasedAt, state } = erasureOf(row);
      fences.push({ vehicleId, erasedAt, isDone: state === 'erased' });
    }
    return { version: version ?? 0, fences };
  }

  /** All of them, in no order. */
  async list(): Promise<Erasure[]> {
    const erasures: Erasure[] = [];
    const result = await this.read(`SELECT * FROM ${this.table} WHERE list = ?`, [LIST], { fetchSize: 5000 });
    for await (const row of result) if (row['vehicle_id'] !== null) erasures.push(erasureOf(row));
    return erasures;
  }

  async of(vehicleId: string): Promise<Erasure | undefined> {
    return (await this.standing(vehicleId)).erasure;
  }

  /**
   * Changes one, given how it stands. Asked again when somebody else was quicker, or when nobody knows whether it was
   * written: so what `decide` wants must be so once it is done, and undefined then.
   *
   * @returns how it stands afterwards.
   */
  async change(
    vehicleId: string,
    decide: (before: Erasure | undefined) => Erasure | undefined,
  ): Promise<Erasure | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { erasure, version } = await this.standing(vehicleId);
        const next = decide(erasure);
        if (next === undefined) return erasure;
        if (await this.write(next, version)) return next;
      } catch (error) {
        const kind = classifyStoreError(error);
        if (attempt >= TRIES || (kind !== 'transient' && kind !== 'unknown-outcome')) throw error;
      }
      await pause(Math.min(1000, 20 * attempt) * (0.5 + Math.random()));
    }
  }

  private async write(next: Erasure, version: number | null): Promise<boolean> {
    const counted = {
      query: `UPDATE ${this.table} SET version = ? WHERE list = ? IF version = ?`,
      params: [(version ?? 0) + 1, LIST, version],
    };
    const row = {
      query: `INSERT INTO ${this.table} (list, vehicle_id, erased_at, state, "by", comment, requested_at,
                completed_at, looked_at, removed, kafka_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      params: [
        ...[LIST, next.vehicleId, new Date(next.erasedAt), next.state, next.by, next.comment ?? null],
        ...[new Date(next.requestedAt), dateOf(next.completedAt), dateOf(next.lookedAt), next.removed],
        Object.fromEntries(Object.entries(next.kafkaUntil).map(([topic, at]) => [topic, new Date(at)])),
      ],
    };
    const result = await this.client.batch([counted, row], {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
    return result.wasApplied();
  }

  /** Serial: what a conditional batch left under way counts. */
  private async standing(
    vehicleId: string,
  ): Promise<{ erasure: Erasure | undefined; version: number | null }> {
    const serial = { consistency: types.consistencies.localSerial };
    const { rows } = await this.read(
      `SELECT * FROM ${this.table} WHERE list = ? AND vehicle_id = ?`,
      [LIST, vehicleId],
      serial,
    );
    const [row] = rows;
    if (row) return { erasure: erasureOf(row), version: row['version'] as number | null };
    const query = `SELECT version FROM ${this.table} WHERE list = ? LIMIT 1`;
    const all = await this.read(query, [LIST], serial);
    return { erasure: undefined, version: (all.rows[0]?.['version'] as number | null | undefined) ?? null };
  }

  private async read(query: string, params: unknown[], options: QueryOptions): Promise<types.ResultSet> {
    try {
      return await this.client.execute(query, params, { prepare: true, ...options });
    } catch (error) {
      if (!/unconfigured table|does not exist/i.test(String(error))) throw error;
      throw new MissingErasures(
        `keyspace ${this.keyspace} has no table erasures: run \`navora migrate\` first`,
      );
    }
  }
}

/** A read may be asked of one host after the other: one frozen host of several makes no fences stale. */
const ASKED: QueryOptions = {
  isIdempotent: true,
  readTimeout: 2000,
  retry: new policies.retry.RetryPolicy(),
};

const dateOf = (ms: number | undefined) => (ms === undefined ? null : new Date(ms));

function erasureOf(row: types.Row): Erasure {
  const time = (column: string) => (row[column] as Date | null | undefined)?.getTime();
  const [completedAt, lookedAt] = [time('completed_at'), time('looked_at')];
  const comment = row['comment'] as string | null | undefined;
  const until = (row['kafka_until'] as Record<string, Date> | null | undefined) ?? {};
  return {
    vehicleId: row['vehicle_id'] as string,
    erasedAt: time('erased_at') ?? 0,
    state: row['state'] as ErasureState,
    by: row['by'] as string,
    ...(comment != null && { comment }),
    requestedAt: time('requested_at') ?? 0,
    ...(completedAt !== undefined && { completedAt }),
    ...(lookedAt !== undefined && { lookedAt }),
    removed: (row['removed'] as Record<string, number> | null | undefined) ?? {},
    kafkaUntil: Object.fromEntries(Object.entries(until).map(([topic, at]) => [topic, at.getTime()])),
  };
}
