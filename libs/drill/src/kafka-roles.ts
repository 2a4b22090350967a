import { type Admin, Kafka, logLevel } from 'kafkajs';
import { activeController } from './active-controller.js';

/** Which node is responsible for what, by node id. */
export interface KafkaRoles {
  controller: number;
  /** By group. */
  coordinators: ReadonlyMap<string, number>;
  /** The leader of each partition of each topic. */
  leaders: readonly number[];
}

const OFFSETS = '__consumer_offsets';

export async function kafkaRoles(brokers: readonly string[], groups: readonly string[]): Promise<KafkaRoles> {
  const kafka = new Kafka({ clientId: 'navora-drill', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata();
    const offsets = topics.find(({ name }) => name === OFFSETS)?.partitions ?? [];
    return {
      controller: await activeController(await someBroker(admin)),
      coordinators: new Map(groups.map((group) => [group, coordinatorOf(group, offsets)])),
      leaders: topics.flatMap(({ partitions }) => partitions.map(({ leader }) => leader)),
    };
  } finally {
    await admin.disconnect();
  }
}

/** What ends when this node does, in words. */
export function dutiesOf({ controller, coordinators, leaders }: KafkaRoles, node: number): string {
  const groups = [...coordinators].flatMap(([group, coordinator]) => (coordinator === node ? [group] : []));
  return [
    ...(controller === node ? ['controller'] : []),
    ...groups.map((group) => `coordinator of ${group}`),
    `leader of ${leaders.filter((leader) => leader === node).length} of ${leaders.length} partitions`,
  ].join(', ');
}

interface Led {
  partitionId: number;
  leader: number;
}

/** A group's coordinator is the leader of the partition that its offsets are in. 0: there is none. */
export function coordinatorOf(group: string, offsets: readonly Led[]): number {
  const home = (javaHash(group) & 0x7fffffff) % offsets.length;
  return offsets.find(({ partitionId }) => partitionId === home)?.leader ?? 0;
}

/** String.hashCode, by which Kafka chooses that partition. */
function javaHash(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(31, hash) + character.charCodeAt(0)) | 0;
  return hash;
}

async function someBroker(admin: Admin): Promise<{ host: string; port: number }> {
  const [broker] = (await admin.describeCluster()).brokers;
  if (!broker) throw new Error('no Kafka node answers');
  return broker;
}
