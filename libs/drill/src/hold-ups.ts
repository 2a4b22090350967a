import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { StackEndpoints } from '@navora/local-stack';
import type { Injection } from './injection.js';
import { withCassandra } from './with-cassandra.js';

/** A row, and when it was written, in ms since 1970. */
export interface StoredRow {
  messageId: string;
  writtenAt: number;
}

type Window = Pick<Injection, 'from' | 'to'>;

/** Sets on each injection that has a bound how long the readings sent while it lasted waited for their rows at most. */
export async function measureHoldUps(
  injections: readonly Injection[],
  histories: readonly string[],
  stack: StackEndpoints,
  keyspace: string,
): Promise<void> {
  const bounded = injections.filter(({ mayHoldUpMs }) => mayHoldUpMs !== undefined);
  if (bounded.length === 0) return;
  const waits = new LongestWaits(bounded);
  for (const history of histories)
    for await (const line of createInterface({ input: createReadStream(history) })) waits.note(line);
  await withCassandra(stack, async (client) => {
    const query = `SELECT message_id, WRITETIME(origin_offset) AS written FROM ${keyspace}.readings`;
    const options = { prepare: true, fetchSize: 5000, autoPage: true, readTimeout: 30_000 };
    for await (const row of await client.execute(query, [], options))
      waits.stored({ messageId: String(row['message_id']), writtenAt: Number(row['written']) / 1000 });
  });
  bounded.forEach((injection, index) => (injection.heldUpMs = Math.round(waits.longestMs[index] ?? 0)));
}

/**
 * From a vehicle's attempt until the row, for what was sent within a window. A reading that is sent again is measured
 * from the last attempt before its row: what kept the vehicle from the broker is not ours.
 */
export class LongestWaits {
  /** By window. */
  readonly longestMs: number[];
  private readonly attempts = new Map<string, number[]>();

  constructor(private readonly windows: readonly Window[]) {
    this.longestMs = windows.map(() => 0);
  }

  /** A line of the sender's history. */
  note(line: string): void {
    const { type, at, messageId } = JSON.parse(line) as { type: string; at: number; messageId?: string };
    if (type !== 'sent' || !messageId) return;
    const id = messageId.toLowerCase();
    const before = this.attempts.get(id);
    // Of a reading that was sent within a window a later attempt counts also when the window is over.
    if (before) before.push(at);
    else if (this.windows.some((window) => isIn(window, at))) this.attempts.set(id, [at]);
  }

  stored({ messageId, writtenAt }: StoredRow): void {
    const sentAt = this.attempts.get(messageId)?.findLast((at) => at <= writtenAt);
    if (sentAt === undefined) return;
    this.windows.forEach((window, index) => {
      if (!isIn(window, sentAt)) return;
      this.longestMs[index] = Math.max(this.longestMs[index] ?? 0, writtenAt - sentAt);
    });
  }
}

function isIn({ from, to }: Window, at: number): boolean {
  return at >= from && at <= to;
}
