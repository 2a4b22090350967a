import { type CaseFile } from './case-file.js';
import { atTime, type Check, type Witness } from './check.js';
import type { Row } from './evidence.js';
import { bucketOf, slotOf } from './placement.js';

export const duplicated: Check = {
  name: 'duplicated',
  invariant: 'I3',
  promise: 'one row per reading, in the shard of its vehicle and the bucket of its time',
  *find(file) {
    for (const [key, rows] of file.rowsById) {
      const sentTimes = timesSent(file, key);
      const counted = new Set<number>();
      for (const row of rows) {
        const stray = misplaced(row, file);
        const second = counted.has(row.recordedAt) || (counted.size > 0 && !sentTimes.has(row.recordedAt));
        counted.add(row.recordedAt);
        if (second) yield witness(row, 'a second row for one reading', stray);
        else if (stray) yield witness(row, 'a row in the wrong partition', stray);
      }
    }
  },
};

function timesSent(file: CaseFile, key: string): Set<number> {
  const times = new Set<number>();
  for (const { judged } of file.sentById.get(key) ?? [])
    if ('reading' in judged) times.add(judged.reading.recordedAt);
  return times;
}

function misplaced(row: Row, file: CaseFile): string | undefined {
  const { shardCount, bucketMs } = file.evidence.settings;
  const shard = slotOf(row.vehicleId, shardCount);
  const bucket = bucketOf(row.recordedAt, bucketMs);
  return shard === row.shard && bucket === row.bucket
    ? undefined
    : `shard ${shard}, bucket ${atTime(bucket)}`;
}

function witness(row: Row, what: string, expected: string | undefined): Witness {
  const found = `shard ${row.shard}, bucket ${atTime(row.bucket)}, recorded at ${atTime(row.recordedAt)}`;
  const { vehicleId, messageId } = row;
  return { what, vehicleId, messageId, at: 'readings', ...(expected ? { expected } : {}), found };
}
