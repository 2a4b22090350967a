import type { CassandraClient } from '@navora/cassandra';
import {
  allReadings,
  breachesIn,
  messageIdOf,
  vehicleIdOf,
  vehicleNumberOf,
  type LoadPlan,
} from './load-plan.js';

/** What became of the alerts that a plan's readings must open. */
export interface AlertFindings {
  expected: number;
  lost: number;
  doubled: number;
  /** Of the plan's vehicles, and opened by no reading that breaches. */
  invented: number;
}

const QUERIES_AT_ONCE = 24;

/** Alerts as the alerts service keeps them, each known by the reading that opened it. */
export class PlannedAlerts {
  private readonly query: string;

  constructor(
    private readonly cassandra: CassandraClient,
    keyspace: string,
    private readonly plan: LoadPlan,
  ) {
    this.query = `SELECT opened_by FROM ${keyspace}.vehicle_alerts WHERE vehicle_id = ? AND kind = 'alert'`;
  }

  /** False also while Cassandra does not answer. */
  async isThere(number: number): Promise<boolean> {
    const openedBy = await this.openedBy(vehicleNumberOf(this.plan, number)).catch((): string[] => []);
    return openedBy.includes(messageIdOf(this.plan, number));
  }

  /** @param unknown numbers of readings that may have arrived or not */
  async compare(unknown: readonly number[]): Promise<AlertFindings> {
    const expected = breachesIn(this.plan, allReadings(this.plan));
    const times = new Map(expected.map((number) => [messageIdOf(this.plan, number), 0]));
    const vehicles = [...new Set(expected.map((number) => vehicleNumberOf(this.plan, number)))];
    let invented = 0;
    const reader = async () => {
      for (let vehicle = vehicles.pop(); vehicle !== undefined; vehicle = vehicles.pop()) {
        for (const messageId of await this.openedBy(vehicle)) {
          const before = times.get(messageId);
          if (before === undefined) invented++;
          else times.set(messageId, before + 1);
        }
      }
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, reader));
    const forgiven = new Set(unknown.map((number) => messageIdOf(this.plan, number)));
    const counts = [...times];
    return {
      expected: expected.length,
      lost: counts.filter(([messageId, count]) => count === 0 && !forgiven.has(messageId)).length,
      doubled: counts.filter(([, count]) => count > 1).length,
      invented,
    };
  }

  private async openedBy(vehicle: number): Promise<string[]> {
    const { rows } = await this.cassandra.execute(this.query, [vehicleIdOf(this.plan, vehicle)], {
      prepare: true,
    });
    return rows.map((row) => String(row['opened_by']));
  }
}
