import { types } from 'cassandra-driver';
import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import type { Alert, Change, Transition, VehicleState } from './alert.js';
import { ALERT_COLUMNS, alertValues, causeOf, dayOf, insertInto } from './alert-columns.js';
import { noticeRows, pendingRows, type Statement } from './notice-statements.js';
import type { AlertStore } from './store.js';

/** Buckets of the view of open alerts; part of the contract, so that readers find a vehicle's. */
export const OPEN_ALERT_BUCKETS = 16;

/**
 * `vehicle_alerts` is written by conditional batches only, the views by plain writes only: mixed, their write
 * times would be those of different clocks.
 */
export class CassandraAlertStore implements AlertStore {
  private readonly vehicleAlerts: string;
  private readonly alertsByDay: string;
  private readonly openAlerts: string;
  private readonly pendingNotifications: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.vehicleAlerts = `${keyspace}.vehicle_alerts`;
    this.alertsByDay = `${keyspace}.alerts_by_day`;
    this.openAlerts = `${keyspace}.open_alerts`;
    this.pendingNotifications = `${keyspace}.pending_notifications`;
  }

  /** A serial read: it completes a transition that was left half-way, so after a conflict it shows the other one. */
  async load(vehicleId: string): Promise<VehicleState | undefined> {
    const { rows } = await this.client.execute(
      `SELECT state FROM ${this.vehicleAlerts} WHERE vehicle_id = ? LIMIT 1`,
      [vehicleId],
      { prepare: true, consistency: types.consistencies.localSerial },
    );
    const state = rows[0]?.['state'] as string | null | undefined;
    return state == null ? undefined : (JSON.parse(state) as VehicleState);
  }

  async commit(vehicleId: string, next: VehicleState): Promise<'applied' | 'conflicting'> {
    const before = next.version === 1 ? null : next.version - 1;
    const state = {
      query: `UPDATE ${this.vehicleAlerts} SET state_version = ?, state = ? WHERE vehicle_id = ? IF state_version = ?`,
      params: [next.version, JSON.stringify(next), vehicleId, before],
    };
    const { changes, announcement } = next.last;
    const rows = changes.flatMap((change) => [
      this.alertRow(change.alert),
      this.historyRow(change, next.version),
    ]);
    const notices = announcement ? noticeRows(this.vehicleAlerts, vehicleId, announcement) : [];
    const result = await this.client.batch([state, ...rows, ...notices], {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
    return result.wasApplied() ? 'applied' : 'conflicting';
  }

  async writeViews(vehicleId: string, version: number, { changes, announcement }: Transition): Promise<void> {
    const alerts = changes.flatMap((change) => [
      this.byDay(change.alert, version),
      ...this.amongOpen(change, version),
    ]);
    const pending = announcement
      ? pendingRows(this.pendingNotifications, vehicleId, version, announcement)
      : [];
    const statements = [...alerts, ...pending];
    await Promise.all(
      statements.map(({ query, params }) => this.client.execute(query, params, { prepare: true })),
    );
  }

  private alertRow(alert: Alert): Statement {
    return {
      query: insertInto(this.vehicleAlerts, ['vehicle_id', 'kind', 'id', ...ALERT_COLUMNS]),
      params: [alert.vehicleId, 'alert', alert.id, ...alertValues(alert)],
    };
  }

  /** Ids of history rows sort like the transitions they tell of. */
  private historyRow(change: Change, version: number): Statement {
    const { transition, alert } = change;
    const { at, by, value } = causeOf(change);
    return {
      query: insertInto(this.vehicleAlerts, [
        'vehicle_id',
        'kind',
        'id',
        'alert_id',
        'transition',
        'at',
        'value',
        'message_id',
      ]),
      params: [
        alert.vehicleId,
        'history',
        `${String(version).padStart(12, '0')}/${alert.id}`,
        alert.id,
        transition,
        at,
        value ?? types.unset,
        by,
      ],
    };
  }

  private byDay(alert: Alert, version: number): Statement {
    const query = insertInto(this.alertsByDay, ['day', 'alert_id', 'vehicle_id', ...ALERT_COLUMNS]);
    return {
      query: `${query} USING TIMESTAMP ?`,
      params: [dayOf(alert), alert.id, alert.vehicleId, ...alertValues(alert), BigInt(version)],
    };
  }

  /** A rule's row is written and deleted with the versions as write times, so the newest transition stands. */
  private amongOpen({ transition, alert }: Change, version: number): Statement[] {
    const bucket = partitionOf(alert.vehicleId, OPEN_ALERT_BUCKETS);
    switch (transition) {
      case 'opened':
      case 'reopened': {
        const query = insertInto(this.openAlerts, ['bucket', 'vehicle_id', 'alert_id', ...ALERT_COLUMNS]);
        return [
          {
            query: `${query} USING TIMESTAMP ?`,
            params: [bucket, alert.vehicleId, alert.id, ...alertValues(alert), BigInt(version)],
          },
        ];
      }
      case 'cleared':
        return [
          {
            query: `DELETE FROM ${this.openAlerts} USING TIMESTAMP ? WHERE bucket = ? AND vehicle_id = ? AND rule = ?`,
            params: [BigInt(version), bucket, alert.vehicleId, alert.rule],
          },
        ];
      case 'recorded-late':
        return [];
    }
  }
}
