// A member of a group as a process of its own, which may be frozen. It holds what it is given first until it is told
// to resolve it, and resolves at once whatever comes later.
import { createLogger, type Logger } from '@navora/runtime';
import { quietKafka, realServices } from '@navora/testing';
import { GroupConsumer } from './group-consumer.js';
import type { ConsumedRecord, RecordBatch } from './record-batch.js';

export type MemberSays =
  | { event: 'joined' }
  | { event: 'holds' | 'resolves'; partition: number; offset: string }
  | { event: 'commit_postponed'; partitions: number[] };

const [groupId = '', topic = ''] = process.argv.slice(2);
const say = (what: MemberSays) => process.send?.(what);
const log: Logger = Object.assign(createLogger('test', 'silent'), {
  info: (_: unknown, event: string) => void (event === 'group_joined' && say({ event: 'joined' })),
  warn: ({ partitions }: { partitions: number[] }, event: string) =>
    void (event === 'commit_postponed' && say({ event, partitions })),
});

let held: [RecordBatch, ConsumedRecord][] | undefined = [];
const resolve = (batch: RecordBatch, record: ConsumedRecord) => {
  say({ event: 'resolves', partition: record.partition, offset: String(record.offset) });
  batch.resolve(record);
};

const member = new GroupConsumer(quietKafka(realServices()), {
  ...{ topics: [topic], groupId, log, maxUnresolved: 1000, commitIntervalMs: 20, sessionTimeoutMs: 6000 },
  onBatch: async (batch) => {
    for (const record of batch.records) {
      if (!held) resolve(batch, record);
      else {
        held.push([batch, record]);
        say({ event: 'holds', partition: record.partition, offset: String(record.offset) });
      }
    }
  },
  onFatal: (error) => {
    throw error;
  },
});

process.on('message', () => {
  for (const [batch, record] of held ?? []) resolve(batch, record);
  held = undefined;
});
process.on('disconnect', () => process.exit());
await member.start();
