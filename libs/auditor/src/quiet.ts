import type { Admin } from 'kafkajs';
import { AuditError } from './audit-error.js';
import type { Lag } from './evidence.js';

export type Offsets = ReadonlyMap<number, bigint>;

/** Where a consumer group stands in a topic. */
export interface Standing {
  readonly group: string;
  readonly topic: string;
  readonly starts: Offsets;
  readonly ends: Offsets;
  /** A group that never committed stands at the start. */
  readonly committed: Offsets;
}

/** Commits are read before ends: so whatever a commit covers lies within the ends. */
export async function standingOf(admin: Admin, group: string, topic: string): Promise<Standing> {
  const [ofTopic] = await naming(topic, admin.fetchOffsets({ groupId: group, topics: [topic] }));
  const spans = await spansOf(admin, topic);
  const starts = new Map(spans.map(({ partition, low }) => [partition, BigInt(low)]));
  const ends = new Map(spans.map(({ partition, high }) => [partition, BigInt(high)]));
  const committed = new Map(starts);
  for (const { partition, offset } of ofTopic?.partitions ?? []) {
    if (BigInt(offset) >= 0n) committed.set(partition, BigInt(offset));
  }
  return { group, topic, starts, ends, committed };
}

export function spansOf(admin: Admin, topic: string) {
  return naming(topic, admin.fetchTopicOffsets(topic));
}

async function naming<T>(topic: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw new AuditError(
      `the Kafka topic ${topic}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

export function lagsOf({ group, topic, committed, ends }: Standing): Lag[] {
  return [...ends]
    .map(([partition, end]) => ({ group, topic, partition, committed: committed.get(partition) ?? 0n, end }))
    .filter((lag) => lag.committed < lag.end);
}

export interface Quiet {
  readonly look: () => Promise<readonly Standing[]>;
  readonly waitSeconds: number;
  readonly onProgress: (what: string) => void;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly now: () => number;
}

/**
 * Waits until all have caught up, in two looks with the same ends: one alone may fall between a commit and the
 * next signal. Answers with the last look, quiet or not.
 */
export async function waitForQuiet({
  look,
  waitSeconds,
  onProgress,
  pause,
  now,
}: Quiet): Promise<readonly Standing[]> {
  const deadline = now() + waitSeconds * 1000;
  let before: string | undefined;
  for (;;) {
    const standings = await look();
    const behind = standings.flatMap(lagsOf).reduce((sum, lag) => sum + (lag.end - lag.committed), 0n);
    const ends = JSON.stringify(standings.map((standing) => [...standing.ends].map(String)));
    if ((behind === 0n && ends === before) || now() >= deadline) return standings;
    before = behind === 0n ? ends : undefined;
    onProgress(
      behind === 0n
        ? 'consumers have caught up, looking once more'
        : `consumers are ${behind} records behind`,
    );
    await pause(1000);
  }
}
