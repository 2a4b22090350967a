import { randomUUID } from 'node:crypto';
import type { Admin, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { AuditError } from './audit-error.js';
import type { Place } from './evidence.js';
import type { Offsets } from './quiet.js';

export interface Span {
  readonly topic: string;
  readonly starts: Offsets;
  /** Read up to here, whatever is written meanwhile. */
  readonly ends: Offsets;
}

export interface Scan {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly spans: readonly Span[];
  /** Called for one record after the other, in each partition's order. */
  readonly onRecord: (place: Place, message: KafkaMessage) => Promise<void> | void;
  readonly onProgress: (what: string) => void;
  /** Begin at the starts, not at the beginning: for the end of a long topic. */
  readonly seek?: boolean;
}

const STALLED_AFTER_MS = 30_000;

/** Reads topics from their starts to their ends, with a consumer group of its own that leaves no trace. */
export async function scanTopics({ kafka, admin, spans, onRecord, onProgress, seek }: Scan): Promise<void> {
  const left = openPartitions(spans);
  const starts = new Map(
    spans.flatMap(({ topic, starts: of }) =>
      [...of].map(([partition, start]): [string, bigint] => [`${topic}/${partition}`, start]),
    ),
  );
  const total = [...left].reduce((sum, [name, end]) => sum + Number(end - (starts.get(name) ?? 0n)), 0);
  if (left.size === 0) return;
  const groupId = `navora-audit-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, retry: { retries: 3 } });
  let read = 0;
  let lastProgress = Date.now();

  const takeBatch = async ({ batch, heartbeat, isRunning, pause, resolveOffset }: EachBatchPayload) => {
    const { topic, partition } = batch;
    const name = `${topic}/${partition}`;
    for (const message of batch.messages) {
      const end = left.get(name);
      const offset = BigInt(message.offset);
      if (end === undefined || !isRunning()) break;
      if (offset < (starts.get(name) ?? 0n)) continue;
      if (offset < end) await onRecord({ topic, partition, offset }, message);
      if (offset + 1n >= end) left.delete(name);
      resolveOffset(message.offset);
      lastProgress = Date.now();
      if (++read % 10_000 === 0) {
        onProgress(`reading Kafka: ${read} of ${total} records (${percent(read, total)})`);
        await heartbeat();
      }
    }
    if (!left.has(name)) pause();
    await heartbeat();
  };

  try {
    await new Promise<void>((resolve, reject) => {
      const watch = setInterval(() => {
        if (left.size > 0 && Date.now() - lastProgress < STALLED_AFTER_MS) return;
        clearInterval(watch);
        const [name] = left.keys();
        if (name === undefined) resolve();
        else reject(new AuditError(`Kafka gave no record of ${name} for ${STALLED_AFTER_MS / 1000} s`));
      }, 20);
      const fail = (error: unknown) => {
        clearInterval(watch);
        reject(error instanceof Error ? error : new AuditError(String(error)));
      };
      const failingBatch = (payload: EachBatchPayload) => takeBatch(payload).catch(fail);
      const start = async () => {
        await consumer.connect();
        await consumer.subscribe({
          topics: [...new Set(spans.map(({ topic }) => topic))],
          fromBeginning: true,
        });
        await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: failingBatch });
        if (!seek) return;
        for (const { topic, starts: of } of spans)
          for (const [partition, start] of of) consumer.seek({ topic, partition, offset: String(start) });
      };
      start().catch(fail);
    });
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
}

function percent(part: number, whole: number): string {
  return `${Math.min(100, Math.floor((100 * part) / Math.max(1, whole)))} %`;
}

function openPartitions(spans: readonly Span[]): Map<string, bigint> {
  const left = new Map<string, bigint>();
  for (const { topic, starts, ends } of spans) {
    for (const [partition, end] of ends)
      if (end > (starts.get(partition) ?? 0n)) left.set(`${topic}/${partition}`, end);
  }
  return left;
}
