import type { Commit } from './evidence.js';

/** Where the broker keeps what consumer groups commit. */
export const COMMITS_TOPIC = '__consumer_offsets';

/**
 * The partition of that topic a group's commits stand in: Java's String.hashCode of the group's name.
 * See org.apache.kafka.common.utils.Utils.abs and GroupCoordinatorService.partitionFor.
 */
export function commitPartitionOf(group: string, partitions: number): number {
  let hash = 0;
  for (let at = 0; at < group.length; at++) hash = (Math.imul(31, hash) + group.charCodeAt(at)) | 0;
  // The least of all integers has no positive counterpart; Kafka takes 0 for it.
  return (hash === -0x80000000 ? 0 : Math.abs(hash)) % partitions;
}

/**
 * Decodes one record; nothing when it is no commit. Key (OffsetCommitKey, versions 0 and 1): version int16, group,
 * topic as int16-length strings, partition int32; higher versions are of group members. Value (OffsetCommitValue,
 * any version): version int16, offset int64, and what is of no concern here. No value: the commit is forgotten.
 */
export function commitIn(key: Buffer, value: Buffer | null, at: number): Commit | undefined {
  if (key.length < 2 || key.readInt16BE(0) > 1) return undefined;
  const [group, afterGroup] = stringAt(key, 2);
  const [topic, afterTopic] = stringAt(key, afterGroup);
  const commit = { group, topic, partition: key.readInt32BE(afterTopic), at };
  return value === null || value.length < 10 ? commit : { ...commit, offset: value.readBigInt64BE(2) };
}

function stringAt(bytes: Buffer, at: number): [string, number] {
  const end = at + 2 + bytes.readInt16BE(at);
  return [bytes.toString('utf8', at + 2, end), end];
}
