import type { StorageJob } from '../contestant.js';
import { bucketOf, shardOf } from '../rows.js';
import { AtOnce } from './at-once.js';
import { givenJob } from './job.js';
import { shardedLayout } from './row-statements.js';
import { openParts, type ReadRecord } from './storage-parts.js';

/** Below the 50 KiB at which Cassandra refuses a batch without conditions. */
const ROWS_IN_A_BATCH = 96;
const BATCHES_AT_ONCE = 32;

const job = givenJob<StorageJob>();
const { cassandra, drain, signal } = await openParts(job);
const { insert, parametersOf } = shardedLayout(job.keyspace);
const atOnce = new AtOnce(BATCHES_AT_ONCE);

async function store(batch: ReadRecord[]): Promise<void> {
  const partitions = new Map<string, ReadRecord[]>();
  for (const each of batch) {
    const partition = `${shardOf(each.reading.vehicleId)}/${bucketOf(each.reading.recordedAt)}`;
    const rows = partitions.get(partition);
    if (rows) rows.push(each);
    else partitions.set(partition, [each]);
  }
  await Promise.all([...partitions.values()].map(storeInOrder));
}

async function storeInOrder(rows: ReadRecord[]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_IN_A_BATCH) {
    const some = rows.slice(at, at + ROWS_IN_A_BATCH);
    await atOnce.run(() =>
      cassandra.batch(
        some.map(({ reading, record }) => ({ query: insert, params: parametersOf(reading, record) })),
        { prepare: true, logged: false },
      ),
    );
    await Promise.all(some.map(signal));
  }
}

await drain(store);
