import { type CaseFile, identityKey } from './case-file.js';
import { atTime, type Check, type Witness } from './check.js';
import type { Row } from './evidence.js';

/** Cassandra's clock against that of the processor, which publishes a signal only once the row is stored. */
export const WRITE_TIME_TOLERANCE_MS = 5000;

export const rewritten: Check = {
  name: 'rewritten',
  invariant: 'I3',
  promise: 'a row is written once, as a whole, and before the first signal of its reading',
  *find(file) {
    for (const row of file.evidence.rows) yield* wrongWriteTime(row, file);
  },
};

function* wrongWriteTime(row: Row, file: CaseFile): Iterable<Witness> {
  const { vehicleId, messageId, writtenAt, receivedAt: time } = row;
  const about = { vehicleId, messageId, at: 'readings', time };
  const found = `written at ${atTime(writtenAt.to)}`;
  if (writtenAt.from !== writtenAt.to) {
    const expected = `all cells written at ${atTime(writtenAt.from)}`;
    yield { what: 'a row written more than once', ...about, expected, found };
    return;
  }
  const signalledAt = firstSignalAt(row, file);
  if (signalledAt === undefined || writtenAt.to <= signalledAt + WRITE_TIME_TOLERANCE_MS) return;
  const expected = `before its first signal, at ${atTime(signalledAt)}`;
  yield { what: 'a row written anew after its reading was resolved', ...about, expected, found };
}

function firstSignalAt(row: Row, file: CaseFile): number | undefined {
  const first = file.readingById.get(identityKey(row))?.first;
  if (first === undefined) return undefined;
  const times = file.signalsOf(row.vehicleId, first).map((signal) => signal.sentAt);
  return times.length === 0 ? undefined : Math.min(...times);
}
