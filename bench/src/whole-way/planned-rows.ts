import type { CassandraClient } from '@navora/cassandra';
import type { Reading } from '@navora/schemas';
import type { RowsElsewhere } from '../contestant.js';
import { allReadings, numberOf, vehicleIdOf, vehicleNumberOf, type LoadPlan } from './load-plan.js';
import { lostIn } from './planned-records.js';
import { readingOf } from './planned-values.js';

const QUERIES_AT_ONCE = 24;

/** What became of the readings of a plan in a table. */
export interface RowFindings {
  /** Acknowledged to the vehicle, and not there. */
  lost: number;
  /** There more than once. */
  doubled: number;
  /** There with other values than were sent, or never sent. */
  altered: number;
}

/** The rows of a plan's readings, in whatever table of whatever layout. */
export class PlannedRows {
  private readonly whereOne: string;

  constructor(
    private readonly cassandra: CassandraClient,
    private readonly keyspace: string,
    private readonly table: RowsElsewhere,
    private readonly plan: LoadPlan,
  ) {
    this.whereOne = `SELECT ${table.sequence} FROM ${this.tableName} WHERE ${equals(table.keyOf(readingOf(plan, 0)))}`;
  }

  private get tableName(): string {
    return `${this.keyspace}.${this.table.name}`;
  }

  /** False also while Cassandra does not answer. */
  async isThere(number: number): Promise<boolean> {
    const key = Object.values(this.table.keyOf(readingOf(this.plan, number)));
    const found = await this.cassandra.execute(this.whereOne, key, { prepare: true }).catch(() => undefined);
    return (found?.rowLength ?? 0) > 0;
  }

  /** @param unknown numbers of readings that may be there or not */
  async compare(unknown: readonly number[]): Promise<RowFindings> {
    const times = new Uint8Array(allReadings(this.plan).end);
    let altered = 0;
    const vehicles = Array.from({ length: this.plan.vehicles }, (_, vehicle) => vehicle);
    const reader = async () => {
      for (let vehicle = vehicles.pop(); vehicle !== undefined; vehicle = vehicles.pop()) {
        for (const row of await this.rowsOf(vehicle)) {
          const number = this.numberIn(row, vehicle);
          if (number === undefined) altered++;
          else times[number] = (times[number] as number) + 1;
        }
      }
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, reader));
    const doubled = times.reduce((sum, count) => sum + Number(count > 1), 0);
    return { lost: lostIn(times, unknown), doubled, altered };
  }

  private async rowsOf(vehicle: number): Promise<Record<string, unknown>[]> {
    const { table } = this;
    const columns = [table.vehicleId, table.messageId, table.sequence, table.recordedAt, table.speedKph];
    const rows: Record<string, unknown>[] = [];
    for (const key of this.partitionsOf(vehicle)) {
      const query = `SELECT ${columns.join(', ')} FROM ${this.tableName} WHERE ${equals(key)}`;
      const found = await this.cassandra.execute(query, Object.values(key), {
        prepare: true,
        autoPage: true,
      });
      for await (const row of found) rows.push(row);
    }
    return rows;
  }

  /** What of a key all readings of the vehicle have in common; two of them when time has gone on to another. */
  private partitionsOf(vehicle: number): Record<string, unknown>[] {
    const { end } = allReadings(this.plan);
    const last = vehicle + Math.floor((end - 1 - vehicle) / this.plan.vehicles) * this.plan.vehicles;
    if (vehicle >= end) return [];
    const [first, second] = [vehicle, last].map((number) => this.partitionOf(readingOf(this.plan, number)));
    return JSON.stringify(first) === JSON.stringify(second)
      ? [first as Record<string, unknown>]
      : [first as Record<string, unknown>, second as Record<string, unknown>];
  }

  private partitionOf(reading: Reading): Record<string, unknown> {
    const { recordedAt, messageId } = this.table;
    return Object.fromEntries(
      Object.entries(this.table.keyOf(reading)).filter(
        ([column]) => column !== recordedAt && column !== messageId,
      ),
    );
  }

  /** @returns undefined unless the row says what was sent */
  private numberIn(row: Record<string, unknown>, vehicle: number): number | undefined {
    const { table, plan } = this;
    const number = numberOf(plan, String(row[table.messageId]));
    if (number === undefined || number >= allReadings(plan).end) return undefined;
    const { recordedAt, speedKph, sequence } = readingOf(plan, number);
    const at = row[table.recordedAt];
    const asSent =
      vehicleNumberOf(plan, number) === vehicle &&
      row[table.vehicleId] === vehicleIdOf(plan, vehicle) &&
      (at instanceof Date ? at.getTime() : Number(at)) === recordedAt &&
      Number(row[table.sequence]) === sequence &&
      row[table.speedKph] === speedKph;
    return asSent ? number : undefined;
  }
}

function equals(key: Record<string, unknown>): string {
  return Object.keys(key)
    .map((column) => `${column} = ?`)
    .join(' AND ');
}
