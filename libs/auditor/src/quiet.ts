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

export interface CatchingUp {
  readonly look: () => Promise<Standing>;
  /** How long the group may stand still; as long as it moves on, it is waited for. */
  readonly patienceMs: number;
  readonly onProgress: (what: string) => void;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly now: () => number;
}

/**
 * Waits until a group has committed all that the topic held at the first look. What comes later does not count,
 * so others may go on sending meanwhile. Answers with where the group stands within that, caught up or not.
 */
export async function caughtUp({ look, patienceMs, onProgress, pause, now }: CatchingUp): Promise<Standing> {
  const first = await look();
  let standing = first;
  let least: bigint | undefined;
  let movedAt = now();
  for (;;) {
    const behind = lagsOf(standing).reduce((sum, lag) => sum + (lag.end - lag.committed), 0n);
    if (least === undefined || behind < least) {
      least = behind;
      movedAt = now();
    }
    if (behind === 0n || now() - movedAt >= patienceMs) return standing;
    onProgress(`${standing.group} is ${behind} records behind`);
    await pause(500);
    standing = within(first.ends, await look());
  }
}

/** The standing as if the topic ended there. */
function within(ends: Offsets, standing: Standing): Standing {
  const committed = [...standing.committed].map(([partition, offset]): [number, bigint] => {
    const end = ends.get(partition) ?? 0n;
    return [partition, offset < end ? offset : end];
  });
  return { ...standing, ends, committed: new Map(committed) };
}
