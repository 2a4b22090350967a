import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { classifyStoreError, type CassandraClient } from '@navora/cassandra';
import { types } from 'cassandra-driver';

/** What somebody did, or is about to do, about one failure. */
export interface LetterAction {
  readonly letterId: string;
  readonly number: number;
  readonly action: 'redrive' | 'discard';
  readonly state: 'claimed' | 'done';
  readonly claim: string;
  readonly claimedAt: number;
  readonly doneAt: number | undefined;
  readonly by: string;
  readonly comment: string | undefined;
  readonly outcome: string | undefined;
}

/** One failure of a letter, as the table names it. */
export interface FailureKey {
  readonly letterId: string;
  readonly number: number;
}

export interface Intent {
  readonly action: LetterAction['action'];
  readonly by: string;
  readonly comment: string | undefined;
}

/** `mine`: go on, nobody else will. `done`: it was resolved before. `theirs`: somebody is at it now. */
export type Claimed =
  { readonly mine: string } | { readonly done: LetterAction } | { readonly theirs: LetterAction };

/** A claim older than this belongs to somebody who crashed. Publishing takes at most half of it. */
export const CLAIM_LEASE_MS = 60_000;

const TRIES = 8;

/**
 * The audit record of what people do about dead letters, and the place where they meet: whoever claims a failure
 * first resolves it. Every statement names its claim, so it may be run again when its outcome is not known.
 */
export class DeadLetterActions {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
    private readonly leaseMs = CLAIM_LEASE_MS,
    private readonly now: () => number = Date.now,
  ) {
    this.table = `${keyspace}.dead_letter_actions`;
  }

  /** In the order of their numbers. */
  async ofLetter(letterId: string): Promise<LetterAction[]> {
    const { rows } = await this.run(`SELECT * FROM ${this.table} WHERE letter_id = ?`, [letterId]);
    return rows.map(actionOf);
  }

  async of({ letterId, number }: FailureKey): Promise<LetterAction | undefined> {
    const { rows } = await this.run(`SELECT * FROM ${this.table} WHERE letter_id = ? AND number = ?`, [
      letterId,
      number,
    ]);
    return rows[0] && actionOf(rows[0]);
  }

  /** Before publishing. A claim whose owner crashed is taken over: what it published has the same identity. */
  async claim(key: FailureKey, intent: Intent): Promise<Claimed> {
    const claim = randomUUID();
    const standing = await this.insert(key, intent, 'claimed', claim);
    if (standing === undefined || standing.claim === claim) return { mine: claim };
    if (standing.state === 'done') return { done: standing };
    if (standing.claimedAt + this.leaseMs > this.now()) return { theirs: standing };
    const { rows } = await this.run(
      `UPDATE ${this.table} SET action = ?, claim = ?, claimed_at = ?, "by" = ?, comment = ?
       WHERE letter_id = ? AND number = ? IF claim = ? AND state = 'claimed'`,
      [
        ...[intent.action, claim, new Date(this.now()), intent.by, intent.comment ?? null],
        ...[key.letterId, key.number, standing.claim],
      ],
    );
    if (wasApplied(rows)) return { mine: claim };
    const winner = await this.of(key);
    if (winner?.claim === claim) return { mine: claim };
    if (winner === undefined) return this.claim(key, intent);
    return winner.state === 'done' ? { done: winner } : { theirs: winner };
  }

  /** After the publish was acknowledged. */
  async finish({ letterId, number }: FailureKey, claim: string, outcome: string): Promise<void> {
    await this.run(
      `UPDATE ${this.table} SET state = 'done', done_at = ?, outcome = ?
       WHERE letter_id = ? AND number = ? IF claim = ?`,
      [new Date(this.now()), outcome, letterId, number, claim],
    );
  }

  /** For what was certainly not published: the next one need not wait. */
  async release({ letterId, number }: FailureKey, claim: string): Promise<void> {
    await this.run(
      `DELETE FROM ${this.table} WHERE letter_id = ? AND number = ? IF claim = ? AND state = 'claimed'`,
      [letterId, number, claim],
    );
  }

  /** Nothing is published, so claimed and done are one. */
  async discard(key: FailureKey, intent: Omit<Intent, 'action'>): Promise<Claimed> {
    const claimed = await this.claim(key, { ...intent, action: 'discard' });
    if ('mine' in claimed) await this.finish(key, claimed.mine, 'discarded');
    return claimed;
  }

  /** @returns what stands there instead, if anything does. */
  private async insert(
    { letterId, number }: FailureKey,
    { action, by, comment }: Intent,
    state: LetterAction['state'],
    claim: string,
  ): Promise<LetterAction | undefined> {
    const { rows } = await this.run(
      `INSERT INTO ${this.table} (letter_id, number, action, state, claim, claimed_at, "by", comment)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
      [letterId, number, action, state, claim, new Date(this.now()), by, comment ?? null],
    );
    return wasApplied(rows) || !rows[0] ? undefined : actionOf(rows[0]);
  }

  /** Reads are serial: what a conditional statement left under way counts. */
  private async run(query: string, values: unknown[]): Promise<types.ResultSet> {
    const isRead = query.startsWith('SELECT');
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.client.execute(query, values, {
          prepare: true,
          ...(isRead ? { consistency: types.consistencies.localSerial } : {}),
        });
      } catch (error) {
        const kind = classifyStoreError(error);
        if (attempt === TRIES || (kind !== 'transient' && kind !== 'unknown-outcome')) throw error;
        if (/unconfigured table|does not exist/i.test(String(error))) throw error;
        await pause(100 * attempt * (1 + Math.random()));
      }
    }
  }
}

function wasApplied(rows: types.Row[]): boolean {
  return rows[0]?.['[applied]'] === true;
}

function actionOf(row: types.Row): LetterAction {
  const time = (column: string) => (row[column] as Date | null)?.getTime();
  return {
    letterId: String(row['letter_id']),
    number: row['number'] as number,
    action: row['action'] as LetterAction['action'],
    state: row['state'] as LetterAction['state'],
    claim: String(row['claim']),
    claimedAt: time('claimed_at') ?? 0,
    doneAt: time('done_at'),
    by: row['by'] as string,
    comment: (row['comment'] as string | null) ?? undefined,
    outcome: (row['outcome'] as string | null) ?? undefined,
  };
}
