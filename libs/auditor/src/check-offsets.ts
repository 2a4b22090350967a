import { type CaseFile, idKey, identityKey, judgedReadings } from './case-file.js';
import { atTime, type Check, type Witness } from './check.js';
import { lacksSignal } from './check-signals.js';
import type { BodyReading, ReadingRecord } from './evidence.js';
import { placeText } from './ids.js';

export const offsetsUnresolved: Check = {
  name: 'offsets unresolved',
  invariant: 'I5',
  promise:
    'every record below the committed offset is a row, in the latest state and a signal, or a dead letter, or erased',
  *find(file) {
    for (const record of file.evidence.records) {
      if (file.isPending(record) || file.deadLetterOf(record) || file.isErased(record)) continue;
      const said = 'reading' in record.judged ? record.judged.reading : undefined;
      if (!file.isOurs(said?.vehicleId ?? record.key)) continue;
      const what = said ? missingOf(said, file) : missingLetter(record, file);
      const who = { vehicleId: record.key, ...(said ? { messageId: said.messageId } : {}) };
      if (what) yield { what, ...who, at: placeText(record), time: record.timestamp };
    }
    for (const vehicleId of file.evidence.history.vehicles) yield* outdatedState(vehicleId, file);
  },
};

function missingOf(said: BodyReading, file: CaseFile): string | undefined {
  if (!file.rowsById.has(idKey(said))) return 'committed without a row';
  const first = file.readingById.get(identityKey(said))?.first;
  return first && lacksSignal(first, said.vehicleId, file) ? 'committed without a signal' : undefined;
}

function newestErased(vehicleId: string, file: CaseFile): number {
  let newest = -Infinity;
  for (const record of file.evidence.records) {
    if (record.key !== vehicleId || 'bad' in record.judged || !file.isErased(record)) continue;
    if (file.isClockSuspect(record, record.judged.reading)) continue;
    newest = Math.max(newest, record.judged.reading.recordedAt);
  }
  return newest;
}

function missingLetter({ timestamp }: ReadingRecord, { evidence }: CaseFile): string | undefined {
  return timestamp < evidence.keptSince.deadLetters ? undefined : 'committed without a dead letter';
}

function* outdatedState(vehicleId: string, file: CaseFile): Iterable<Witness> {
  let newest: { said: BodyReading; first: ReadingRecord } | undefined;
  for (const reading of judgedReadings(file, vehicleId)) {
    if (file.isPending(reading.first) || file.isClockSuspect(reading.first, reading.said)) continue;
    if (newest === undefined || reading.said.recordedAt > newest.said.recordedAt) newest = reading;
  }
  const state = file.evidence.latest.get(vehicleId);
  if (newest === undefined || (state && state.recordedAt >= newest.said.recordedAt)) return;
  // The deletion has the time of the state that was erased as its own: older ones stay below it.
  if (newest.said.recordedAt <= newestErased(vehicleId, file)) return;
  yield {
    what: 'committed, but the latest state is older',
    vehicleId,
    messageId: newest.said.messageId,
    at: placeText(newest.first),
    expected: atTime(newest.said.recordedAt),
    time: newest.first.timestamp,
    found: state ? atTime(state.recordedAt) : 'no latest state',
  };
}
