import type { Admin, ITopicConfig } from 'kafkajs';
import { eventually } from './eventually.js';

/** Makes topics and waits until they can be used; the client's own wait gives up on a broker that is busy. */
export async function makeServedTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics, waitForLeaders: false });
  for (const { topic } of topics)
    // Metadata may name a leader a moment before it answers.
    await eventually(`leaders of ${topic}`, async () => (await admin.fetchTopicOffsets(topic)).length > 0);
}
