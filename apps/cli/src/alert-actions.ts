import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { classifyStoreError, type CassandraClient } from '@navora/cassandra';
import { types } from 'cassandra-driver';

/** How an alert stands with people. */
export interface Care {
  readonly acknowledgedBy?: string;
  /** ISO 8601, by the clock of whoever acknowledged. */
  readonly acknowledgedAt?: string;
  readonly assignee?: string;
}

export type Doing =
  | { readonly action: 'acknowledge'; readonly comment?: string | undefined }
  /** To nobody: `assignee` is null. */
  | { readonly action: 'assign'; readonly assignee: string | null; readonly comment?: string | undefined }
  | { readonly action: 'comment'; readonly comment: string };

/** One thing that somebody did. */
export interface AlertAction {
  readonly action: Doing['action'];
  readonly at: string;
  readonly by: string;
  /** Of an assignment; null: to nobody. */
  readonly assignee?: string | null;
  readonly comment?: string;
}

export interface AlertKey {
  readonly vehicleId: string;
  readonly alertId: string;
}

/** `changed` is false when it was so already: nothing was written. */
export interface Done {
  readonly changed: boolean;
  readonly before: Care;
  readonly after: Care;
}

interface Standing {
  version: number;
  care: Care;
  ids: string[];
}

const TRIES = 12;

/** What people do about alerts. Whether there is such an alert is for the caller to know. */
export class AlertActions {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = `${keyspace}.alert_actions`;
  }

  /** In the order they were done. */
  async ofAlert({ vehicleId, alertId }: AlertKey): Promise<AlertAction[]> {
    const rows = await this.rows('*', vehicleId, alertId);
    return rows.filter((row) => row['number'] !== null).map(actionOf);
  }

  /** As of the last thing done; of an alert nobody cared for, nothing. */
  async careOf({ vehicleId, alertId }: AlertKey): Promise<Care> {
    const columns = 'acknowledged_by, acknowledged_at, assignee';
    const [row] = await this.rows(columns, vehicleId, alertId, 'LIMIT 1');
    return row ? careIn(row) : {};
  }

  /**
   * Does it after whatever others did before, and notes it with it, or says that it is so already. A lost answer is
   * no matter: what was done has an id, and is found.
   */
  async act(key: AlertKey, by: string, doing: Doing): Promise<Done> {
    const id = randomUUID();
    let before: Care | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        const standing = await this.standing(key);
        if (standing.ids.includes(id)) return { changed: true, before: before ?? {}, after: standing.care };
        before = standing.care;
        if (isSo(doing, before)) return { changed: false, before, after: before };
        const done = asDone(doing, before);
        const after = this.careAfter(done, before, by);
        if (await this.write(key, standing.version + 1, { id, by, doing: done, after }))
          return { changed: true, before, after };
      } catch (error) {
        const kind = classifyStoreError(error);
        if (attempt >= TRIES || (kind !== 'transient' && kind !== 'unknown-outcome')) throw error;
        if (/unconfigured table|does not exist/i.test(String(error))) throw error;
      }
      await pause(20 * attempt * (1 + Math.random()));
    }
  }

  private careAfter(doing: Doing, before: Care, by: string): Care {
    switch (doing.action) {
      case 'acknowledge':
        return { ...before, acknowledgedBy: by, acknowledgedAt: new Date(this.now()).toISOString() };
      case 'assign': {
        const { assignee: _, ...rest } = before;
        return doing.assignee === null ? rest : { ...rest, assignee: doing.assignee };
      }
      case 'comment':
        return before;
    }
  }

  private async write(
    { vehicleId, alertId }: AlertKey,
    version: number,
    { id, by, doing, after }: { id: string; by: string; doing: Doing; after: Care },
  ): Promise<boolean> {
    const care = {
      query: `UPDATE ${this.table} SET version = ?, acknowledged_by = ?, acknowledged_at = ?, assignee = ?
              WHERE vehicle_id = ? AND alert_id = ? IF version = ?`,
      params: [
        ...[version, after.acknowledgedBy ?? null],
        after.acknowledgedAt === undefined ? null : new Date(after.acknowledgedAt),
        ...[after.assignee ?? null, vehicleId, alertId, version === 1 ? null : version - 1],
      ],
    };
    const row = {
      query: `INSERT INTO ${this.table} (vehicle_id, alert_id, number, action_id, action, at, "by", assigned_to, comment)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      params: [
        ...[vehicleId, alertId, version, id, doing.action, new Date(this.now()), by],
        ...[doing.action === 'assign' ? doing.assignee : null, doing.comment ?? null],
      ],
    };
    const result = await this.client.batch([care, row], {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
    return result.wasApplied();
  }

  private async standing({ vehicleId, alertId }: AlertKey): Promise<Standing> {
    const rows = await this.rows('*', vehicleId, alertId);
    const [first] = rows;
    return {
      version: (first?.['version'] as number | null | undefined) ?? 0,
      care: first ? careIn(first) : {},
      ids: rows.map((row) => String(row['action_id'])),
    };
  }

  /** Serial: what a conditional batch left under way counts. */
  private async rows(columns: string, vehicleId: string, alertId: string, limit = ''): Promise<types.Row[]> {
    const { rows } = await this.client.execute(
      `SELECT ${columns} FROM ${this.table} WHERE vehicle_id = ? AND alert_id = ? ${limit}`,
      [vehicleId, alertId],
      { prepare: true, consistency: types.consistencies.localSerial },
    );
    return rows;
  }
}

function isSo(doing: Doing, { acknowledgedBy, assignee }: Care): boolean {
  if (doing.comment !== undefined) return false;
  return doing.action === 'acknowledge'
    ? acknowledgedBy !== undefined
    : doing.action === 'assign' && (assignee ?? null) === doing.assignee;
}

/** Who acknowledged first did; what somebody says on doing it again is a comment. */
function asDone(doing: Doing, { acknowledgedBy }: Care): Doing {
  return doing.action === 'acknowledge' && acknowledgedBy !== undefined && doing.comment !== undefined
    ? { action: 'comment', comment: doing.comment }
    : doing;
}

function careIn(row: types.Row): Care {
  const acknowledgedBy = row['acknowledged_by'] as string | null;
  const acknowledgedAt = row['acknowledged_at'] as Date | null;
  const assignee = row['assignee'] as string | null;
  return {
    ...(acknowledgedBy !== null && { acknowledgedBy }),
    ...(acknowledgedAt !== null && { acknowledgedAt: acknowledgedAt.toISOString() }),
    ...(assignee !== null && { assignee }),
  };
}

function actionOf(row: types.Row): AlertAction {
  const comment = row['comment'] as string | null;
  const action = row['action'] as AlertAction['action'];
  return {
    action,
    at: (row['at'] as Date).toISOString(),
    by: row['by'] as string,
    ...(action === 'assign' && { assignee: row['assigned_to'] as string | null }),
    ...(comment !== null && { comment }),
  };
}
