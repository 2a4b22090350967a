import type { Admin, Kafka } from 'kafkajs';

/** The topics are not as they must be. Names each that is wrong, and what to do. */
export class WrongTopics extends Error {
  override name = 'WrongTopics';
}

/**
 * Refuses to start on topics that are missing or have another number of partitions than they were made with:
 * keys would have moved, and with them the order of their vehicles.
 *
 * @throws WrongTopics
 */
export async function requireTopics(admin: Admin, partitions: Record<string, number>): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const wanted = Object.keys(partitions);
  const missing = wanted.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    throw new WrongTopics(
      `Kafka has no topic ${missing.join(', ')} that we may see: run \`navora migrate\` first, which makes topics and grants what each service needs`,
    );
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted });
  const wrong = topics.filter(({ name, partitions: found }) => found.length !== partitions[name]);
  if (wrong.length > 0) {
    const each = wrong.map(
      ({ name, partitions: found }) =>
        `${name} has ${found.length} partitions instead of ${partitions[name]}`,
    );
    throw new WrongTopics(
      `${each.join(', ')}: a live topic's partitions must not change, since vehicles would move between them; restore it, or start with new topics`,
    );
  }
}

/** The same at a service's start, which has no other use for an admin connection. */
export async function checkTopics(kafka: Kafka, partitions: Record<string, number>): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await requireTopics(admin, partitions);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
