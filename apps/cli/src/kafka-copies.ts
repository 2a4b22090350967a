import { TOPICS } from '@navora/schemas';
import kafkajs, { type Admin } from 'kafkajs';

/** How often Kafka looks for what it may drop, and how long files that are dropped stay: generous. */
const CLEANING_MS = 15 * 60_000;

/**
 * When Kafka has dropped its copies of what was received up to then, by topic; null: never. It drops a segment as a
 * whole, once its newest record is older than the retention, and a segment goes on for up to `segment.ms`.
 */
export async function copiesUntil(admin: Admin, erasedAt: number): Promise<Record<string, number | null>> {
  const names = Object.values(TOPICS);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({
      ...{ type: kafkajs.ConfigResourceTypes.TOPIC, name },
      configNames: ['retention.ms', 'segment.ms', 'cleanup.policy'],
    })),
  });
  return Object.fromEntries(
    resources.map(({ resourceName, configEntries }) => [resourceName, untilBy(erasedAt, configEntries)]),
  );
}

function untilBy(
  erasedAt: number,
  entries: readonly { configName: string; configValue: string }[],
): number | null {
  const valueOf = (name: string) => entries.find(({ configName }) => configName === name)?.configValue;
  const retentionMs = Number(valueOf('retention.ms') ?? -1);
  const segmentMs = Number(valueOf('segment.ms') ?? 0);
  if (retentionMs < 0 || !(valueOf('cleanup.policy') ?? 'delete').includes('delete')) return null;
  return erasedAt + retentionMs + segmentMs + CLEANING_MS;
}
