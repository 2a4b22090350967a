import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import { headersOf, type ConsumedRecord } from './record-batch.js';

/** From where to where a topic is read, by partition; the end is the first offset that is not. */
export type TopicSpan = ReadonlyMap<number, { readonly from: bigint; readonly end: bigint }>;

/** Kafka gave nothing more, although there is more. */
export class TopicStalled extends Error {
  override name = 'TopicStalled';
}

const STALLED_AFTER_MS = 60_000;
const SESSION_TIMEOUT_MS = 120_000;
const HEARTBEAT_MS = 5000;

/**
 * What a topic holds now, from a time on.
 * @param since ms since 1970: records with earlier timestamps in front of the first later one are left out.
 */
export async function spanOf(admin: Admin, topic: string, since?: number): Promise<TopicSpan> {
  const ends = await admin.fetchTopicOffsets(topic);
  const starts = since === undefined ? [] : await admin.fetchTopicOffsetsByTimestamp(topic, since);
  const startOf = new Map(starts.map(({ partition, offset }) => [partition, BigInt(offset)]));
  return new Map(
    ends.map(({ partition, low, high }) => {
      const from = startOf.get(partition) ?? BigInt(low);
      // Kafka answers -1 when no record is that young.
      return [partition, { from: from < 0n ? BigInt(high) : from, end: BigInt(high) }];
    }),
  );
}

/**
 * Reads a span of a topic, batch by batch, each partition in its order, with a consumer group of its own that
 * leaves no trace. Whoever takes his time gets the next batch when he asks for it: nothing piles up.
 *
 * @throws TopicStalled
 */
export async function* recordsOf(
  kafka: Kafka,
  topic: string,
  span: TopicSpan,
): AsyncGenerator<readonly ConsumedRecord[]> {
  const left = new Map([...span].filter(([, { from, end }]) => end > from));
  if (left.size === 0) return;
  const groupId = `navora-reader-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, sessionTimeout: SESSION_TIMEOUT_MS, maxWaitTimeInMs: 200 });
  const table = new Table<readonly ConsumedRecord[]>();
  const takeOver = async (payload: EachBatchPayload) => {
    const { partition, messages } = payload.batch;
    const bounds = left.get(partition);
    if (bounds === undefined) {
      payload.pause();
      return;
    }
    const records = messages
      .map((message) => recordOf(topic, partition, message))
      .filter(({ offset }) => offset >= bounds.from && offset < bounds.end);
    const last = BigInt(payload.batch.lastOffset());
    if (last + 1n >= bounds.end) left.delete(partition);
    else if (last >= bounds.from) left.set(partition, { from: last + 1n, end: bounds.end });
    await whileBeating(payload, table.put(records));
    payload.resolveOffset(String(last));
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: takeOver });
    for (const [partition, { from }] of left) consumer.seek({ topic, partition, offset: String(from) });
    while (left.size > 0 || table.laid) {
      const records = await table.take(STALLED_AFTER_MS);
      if (records === undefined) throw new TopicStalled(`Kafka gave no more of ${topic}, although there is`);
      if (records.length > 0) yield records;
    }
  } finally {
    table.close();
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}

function recordOf(topic: string, partition: number, message: EachBatchPayload['batch']['messages'][number]) {
  const { offset, timestamp, key, value, headers } = message;
  return {
    ...{ topic, partition, offset: BigInt(offset), timestamp: Number(timestamp), key, value },
    headers: headersOf(headers),
  };
}

/** The group must not take us for dead while somebody thinks about a batch. */
async function whileBeating({ heartbeat }: EachBatchPayload, taken: Promise<void>): Promise<void> {
  const done = new AbortController();
  const beating = (async () => {
    for (;;) {
      await pause(HEARTBEAT_MS, undefined, { signal: done.signal });
      await heartbeat();
    }
  })().catch(() => undefined);
  await taken;
  done.abort();
  await beating;
}

/** Holds one thing: who puts waits until it has been taken and used. */
class Table<T> {
  private thing: { value: T; used: () => void } | undefined;
  private inUse: (() => void) | undefined;
  private arrived: (() => void) | undefined;
  private closed = false;

  get laid(): boolean {
    return this.thing !== undefined;
  }

  put(value: T): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((used) => {
      this.thing = { value, used };
      this.arrived?.();
    });
  }

  /** What was taken before counts as used. @returns undefined if nothing came in time. */
  async take(withinMs: number): Promise<T | undefined> {
    this.inUse?.();
    this.inUse = undefined;
    if (!this.thing) {
      const timeout = new AbortController();
      const arrived = new Promise<void>((resolve) => (this.arrived = resolve));
      await Promise.race([
        arrived,
        pause(withinMs, undefined, { signal: timeout.signal }).catch(() => undefined),
      ]);
      timeout.abort();
      this.arrived = undefined;
    }
    const taken = this.thing;
    this.thing = undefined;
    this.inUse = taken?.used;
    return taken?.value;
  }

  close(): void {
    this.closed = true;
    this.inUse?.();
    this.thing?.used();
    this.thing = undefined;
  }
}
