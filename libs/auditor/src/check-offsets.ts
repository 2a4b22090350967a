import { type CaseFile, idKey, identityKey, judgedReadings } from './case-file.js';
import { atTime, type Check, type Witness } from './check.js';
import type { BodyReading, ReadingRecord } from './evidence.js';
import { placeText } from './ids.js';

export const offsetsUnresolved: Check = {
  name: 'offsets unresolved',
  invariant: 'I5',
  promise:
    'every record below the committed offset is a row, in the latest state and a signal, or a dead letter',
  *find(file) {
    for (const record of file.evidence.records) {
      if (file.isPending(record) || file.deadLetterOf(record)) continue;
      const said = 'reading' in record.judged ? record.judged.reading : undefined;
      if (said && !file.evidence.history.vehicles.has(said.vehicleId)) continue;
      const what = said ? missingOf(said, file) : 'committed without a dead letter';
      if (what)
        yield {
          what,
          vehicleId: record.key,
          ...(said ? { messageId: said.messageId } : {}),
          at: placeText(record),
        };
    }
    for (const vehicleId of file.evidence.history.vehicles) yield* outdatedState(vehicleId, file);
  },
};

function missingOf(said: BodyReading, file: CaseFile): string | undefined {
  if (!file.rowsById.has(idKey(said))) return 'committed without a row';
  const first = file.readingById.get(identityKey(said))?.first;
  return first && !file.signalsByOrigin.has(placeText(first)) ? 'committed without a signal' : undefined;
}

function* outdatedState(vehicleId: string, file: CaseFile): Iterable<Witness> {
  let newest: { said: BodyReading; first: ReadingRecord } | undefined;
  for (const reading of judgedReadings(file, vehicleId)) {
    if (file.isPending(reading.first) || file.isClockSuspect(reading.first, reading.said)) continue;
    if (newest === undefined || reading.said.recordedAt > newest.said.recordedAt) newest = reading;
  }
  const state = file.evidence.latest.get(vehicleId);
  if (newest === undefined || (state && state.recordedAt >= newest.said.recordedAt)) return;
  yield {
    what: 'committed, but the latest state is older',
    vehicleId,
    messageId: newest.said.messageId,
    at: placeText(newest.first),
    expected: atTime(newest.said.recordedAt),
    found: state ? atTime(state.recordedAt) : 'no latest state',
  };
}
