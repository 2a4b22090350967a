import type { Admin, Kafka } from 'kafkajs';
import { COMMITS_TOPIC, commitIn, commitPartitionOf } from './commit-records.js';
import type { Commit } from './evidence.js';
import { scanTopics } from './kafka-scan.js';
import { spansOf } from './quiet.js';

/** Where each group commits. */
export type Commitments = readonly { readonly group: string; readonly topic: string }[];

/**
 * The history of commits, as far as compaction has left it; nothing where it may not be read, as on a cluster that
 * keeps its own topics to itself.
 */
export async function readCommits(
  kafka: Kafka,
  admin: Admin,
  commitments: Commitments,
): Promise<Commit[] | undefined> {
  try {
    const all = await spansOf(admin, COMMITS_TOPIC);
    const homes = new Set(commitments.map(({ group }) => commitPartitionOf(group, all.length)));
    const spans = all.filter(({ partition }) => homes.has(partition));
    const commits: Commit[] = [];
    await scanTopics({
      ...{ kafka, admin, onProgress: () => undefined, seek: true },
      spans: [
        {
          topic: COMMITS_TOPIC,
          starts: new Map(spans.map(({ partition, low }) => [partition, BigInt(low)])),
          ends: new Map(spans.map(({ partition, high }) => [partition, BigInt(high)])),
        },
      ],
      onRecord: (_, message) => {
        const commit = message.key && commitIn(message.key, message.value, Number(message.timestamp));
        if (commit && commitments.some((it) => it.group === commit.group && it.topic === commit.topic))
          commits.push(commit);
      },
    });
    return commits;
  } catch {
    return undefined;
  }
}
