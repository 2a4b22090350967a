import { types } from 'cassandra-driver';
import type { CassandraClient } from '@navora/cassandra';
import type { Claimed, Ledger, Settled } from './ledger.js';
import type { Notice } from './notice.js';

interface Entry {
  state: 'claimed' | 'postponed' | Settled;
  claim: string;
  until: number;
  attempts: number;
}

/** A partition for each notification, so that nobody contends but two who send the same one. */
export class CassandraLedger implements Ledger {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.table = `${keyspace}.notifications`;
  }

  async claim(notice: Notice, claim: string, now: number, until: number): Promise<Claimed> {
    if (await this.inserted(notice, claim, until)) return { mine: 0 };
    for (;;) {
      const standing = await this.read(notice.id);
      if (standing.claim === claim) return { mine: standing.attempts - 1 };
      if (standing.state === 'sent' || standing.state === 'failed') return 'settled';
      if (standing.until > now) return { until: standing.until };
      const taken = await this.applied(
        `UPDATE ${this.table} SET state = 'claimed', claim = ?, until = ?, attempts = ?
         WHERE notification_id = ? IF claim = ? AND state = ?`,
        [...[claim, new Date(until), standing.attempts + 1], ...[notice.id, standing.claim, standing.state]],
      );
      if (taken) return { mine: standing.attempts };
    }
  }

  async postpone(noticeId: string, claim: string, until: number, why: string): Promise<void> {
    await this.applied(
      `UPDATE ${this.table} SET state = 'postponed', until = ?, detail = ?
       WHERE notification_id = ? IF claim = ? AND state IN ('claimed', 'postponed')`,
      [new Date(until), why, noticeId, claim],
    );
  }

  async settle(
    noticeId: string,
    claim: string,
    now: number,
    outcome: Settled,
    detail: string,
  ): Promise<boolean> {
    return this.applied(
      `UPDATE ${this.table} SET state = ?, settled_at = ?, detail = ? WHERE notification_id = ? IF claim = ?`,
      [outcome, new Date(now), detail, noticeId, claim],
    );
  }

  private inserted(notice: Notice, claim: string, until: number): Promise<boolean> {
    const { id, alert, transition, channel, audience } = notice;
    return this.applied(
      `INSERT INTO ${this.table} (notification_id, vehicle_id, alert_id, transition, channel, audience,
         state, claim, until, attempts)
       VALUES (?, ?, ?, ?, ?, ?, 'claimed', ?, ?, 1) IF NOT EXISTS`,
      [id, alert.vehicleId, alert.id, transition, channel, audience, claim, new Date(until)],
    );
  }

  private async applied(query: string, params: unknown[]): Promise<boolean> {
    const result = await this.client.execute(query, params, {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
    return result.wasApplied();
  }

  /** Serial: what a conditional statement left under way counts. */
  private async read(noticeId: string): Promise<Entry> {
    const { rows } = await this.client.execute(
      `SELECT state, claim, until, attempts FROM ${this.table} WHERE notification_id = ?`,
      [noticeId],
      { prepare: true, consistency: types.consistencies.localSerial },
    );
    const row = rows[0];
    if (!row) throw new Error(`notification ${noticeId} vanished from the ledger`);
    return {
      state: row['state'] as Entry['state'],
      claim: String(row['claim']),
      until: (row['until'] as Date).getTime(),
      attempts: row['attempts'] as number,
    };
  }
}
