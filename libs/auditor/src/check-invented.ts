import { type CaseFile, idKey, identityKey } from './case-file.js';
import { atTime, type Check, describeDifferences, fieldDifferences, type Witness } from './check.js';
import { sameContent } from './content.js';
import type { BodyReading, Place, ReadingRecord, Row } from './evidence.js';
import { placeText } from './ids.js';

/** How far the clocks of two machines may be apart. */
const CLOCK_TOLERANCE_MS = 5000;

export const invented: Check = {
  name: 'invented',
  invariant: 'I2',
  promise: 'every record, row and latest state says what its vehicle sent, and nothing else',
  *find(file) {
    for (const record of file.evidence.records) yield* inventedRecord(record, file);
    for (const row of file.evidence.rows) yield* inventedRow(row, file);
    for (const state of file.evidence.latest.values()) yield* inventedState(state, file);
  },
};

function* inventedRecord(record: ReadingRecord, file: CaseFile): Iterable<Witness> {
  if (record.timestamp < file.evidence.history.startedAt) return;
  if ('bad' in record.judged) {
    if (!file.isOurs(record.key)) return;
    const at = placeText(record);
    const found = record.judged.detail;
    if (!file.sentDigests.has(record.digest))
      yield { what: 'bytes nobody sent', vehicleId: record.key, at, found, time: record.timestamp };
  } else if (!file.sentReadings.has(record.judged.reading)) {
    yield* unlikeSent(record.judged.reading, placeText(record), record.timestamp, file);
  }
}

/** A row is held against what was sent; one from before the history against its record alone. */
function* inventedRow(row: Row, file: CaseFile): Iterable<Witness> {
  if (file.isBehindFence(row.vehicleId, row.receivedAt)) return; // whether it may stand is another matter
  const { starts, ends, history } = file.evidence;
  const start = starts.get(row.origin.partition) ?? 0n;
  if (row.origin.offset >= (ends.get(row.origin.partition) ?? 0n) && row.receivedAt >= history.startedAt) {
    // Stored while the audit ran, unless its receipt says that it should have been there before.
    if (row.receivedAt < file.evidence.cutAt - CLOCK_TOLERANCE_MS && !file.sentById.has(idKey(row)))
      yield* unlikeSent(row, 'readings', row.receivedAt, file);
    return;
  }
  if (row.receivedAt >= history.startedAt && !isSecondRow(row, file)) {
    const unlike = [...unlikeSent(row, 'readings', row.receivedAt, file)];
    yield* unlike;
    if (unlike.length > 0) return;
  }
  if (row.origin.offset >= start && !isSecondRow(row, file)) yield* unlikeRecord(row, file);
}

/** A further row for an id whose true row stands: a duplicate, counted there. */
function isSecondRow(row: Row, file: CaseFile): boolean {
  const rows = file.rowsById.get(idKey(row)) ?? [];
  return (
    rows.length > 1 &&
    !file.readingById.has(identityKey(row)) &&
    rows.some((it) => file.readingById.has(identityKey(it)))
  );
}

function* unlikeRecord(row: Row, file: CaseFile): Iterable<Witness> {
  const { vehicleId, messageId } = row;
  const at = 'readings';
  const reading = file.readingById.get(identityKey(row));
  const first = reading?.first;
  if (reading === undefined || first === undefined) {
    const found = `origin ${placeText(row.origin)}`;
    yield {
      what: 'a row without a record that could have stored it',
      ...{ vehicleId, messageId, at, found, time: row.receivedAt },
    };
    return;
  }
  const facts = (origin: Place, receivedAt: number, clockSuspect: boolean) => ({
    ...{ partition: origin.partition, offset: origin.offset, topic: origin.topic },
    ...{ receivedAt, clockSuspect },
  });
  const different =
    fieldDifferences(
      facts(first, first.timestamp, file.isClockSuspect(first, reading.said)),
      facts(row.origin, row.receivedAt, row.clockSuspect),
      ['topic', 'partition', 'offset', 'receivedAt', 'clockSuspect'],
    ) ??
    ('reading' in first.judged ? describeDifferences(first.judged.reading.content, row.content) : undefined);
  if (different)
    yield {
      what: 'a row unlike the record that stored it',
      ...{ vehicleId, messageId, at, ...different, time: row.receivedAt },
    };
}

function* inventedState(state: BodyReading, file: CaseFile): Iterable<Witness> {
  const reading = file.readingById.get(identityKey(state));
  const first = reading?.first;
  const { vehicleId, messageId } = state;
  const at = 'latest_readings';
  if (reading && first && file.isClockSuspect(first, reading.said)) {
    yield { what: 'a clock-suspect reading is the latest state', vehicleId, messageId, at };
  } else if (!file.sentById.has(idKey(state)) && mayBeOfAnotherTime(state, file)) {
    return;
  } else {
    yield* unlikeSent(state, at, state.recordedAt, file);
  }
}

/** From before the history, or from after the cut. */
function mayBeOfAnotherTime(state: BodyReading, file: CaseFile): boolean {
  return state.recordedAt < file.evidence.history.startedAt || file.movedOn.has(state.vehicleId);
}

function* unlikeSent(said: BodyReading, at: string, time: number, file: CaseFile): Iterable<Witness> {
  const { vehicleId, messageId } = said;
  if (!file.isOurs(vehicleId)) return;
  const versions = [];
  for (const { judged } of file.sentById.get(idKey(said)) ?? [])
    if ('reading' in judged) versions.push(judged.reading);
  const [any] = versions;
  if (any === undefined) {
    yield {
      what: 'a reading nobody sent',
      vehicleId,
      messageId,
      at,
      found: `recorded at ${atTime(said.recordedAt)}`,
      time,
    };
    return;
  }
  const sameTime = versions.filter((version) => version.recordedAt === said.recordedAt);
  if (sameTime.length === 0) {
    const times = {
      expected: `recordedAt = ${atTime(any.recordedAt)}`,
      found: `recordedAt = ${atTime(said.recordedAt)}`,
    };
    yield { what: 'unlike what was sent', vehicleId, messageId, at, ...times };
    return;
  }
  if (sameTime.some((version) => sameContent(version.content, said.content))) return;
  const [nearest] = sameTime;
  const different = nearest && describeDifferences(nearest.content, said.content);
  if (different) yield { what: 'unlike what was sent', vehicleId, messageId, at, ...different };
}
