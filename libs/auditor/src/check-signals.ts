import { type CaseFile, identityKey, judgedReadings, type Reading } from './case-file.js';
import { type Check, describeDifferences, fieldDifferences, type Witness } from './check.js';
import { findingOf } from './clauses.js';
import type { BodyReading, Content, ReadingRecord, SignalRecord, Value, Verdict } from './evidence.js';
import { placeText } from './ids.js';

export const signalsMissing: Check = {
  name: 'signals missing',
  invariant: 'I5',
  promise: 'every reading has a signal with the origin of the record that stored it',
  *find(file) {
    for (const vehicleId of file.evidence.history.vehicles) {
      for (const { said, first } of judgedReadings(file, vehicleId)) {
        if (file.isPending(first) || !lacksSignal(first, vehicleId, file)) continue;
        const where = { at: placeText(first), time: first.timestamp };
        yield { what: 'no signal', vehicleId, messageId: said.messageId, ...where };
      }
    }
  },
};

/** A signal that Kafka may have dropped is not missed. */
export function lacksSignal(first: ReadingRecord, vehicleId: string, file: CaseFile): boolean {
  return first.timestamp >= file.evidence.keptSince.signals && file.signalsOf(vehicleId, first).length === 0;
}

export const signalsWrong: Check = {
  name: 'signals wrong',
  invariant: 'I7',
  promise: 'every signal says what the rules say about its reading',
  *find(file) {
    for (const signal of file.evidence.signals) {
      const { starts, ends } = file.evidence;
      const { partition, offset } = signal.origin;
      if (
        !file.isOurs(signal.vehicleId) ||
        file.isBehindFence(signal.vehicleId, signal.receivedAt) ||
        offset < (starts.get(partition) ?? 0n) ||
        offset >= (ends.get(partition) ?? 0n)
      )
        continue;
      yield* wrongSignal(signal, file);
    }
  },
};

export const signalsOutOfOrder: Check = {
  name: 'signals out of order',
  invariant: 'I4',
  promise:
    "a vehicle's signals first appear in the order of the records that stored its readings, in one partition",
  *find(file) {
    const last = new Map<string, SignalRecord>();
    const seen = new Set<string>();
    for (const signal of file.evidence.signals) {
      const { vehicleId, messageId } = signal;
      if (seen.has(placeText(signal.origin))) continue;
      seen.add(placeText(signal.origin));
      const before = last.get(vehicleId);
      last.set(vehicleId, signal);
      if (before === undefined) continue;
      const what = disorder(before, signal);
      const where = {
        at: placeText(signal),
        time: signal.receivedAt,
        expected: `behind ${placeText(before.origin)}`,
        found: placeText(signal.origin),
      };
      if (what) yield { what, vehicleId, messageId, ...where };
    }
  },
};

function disorder(before: SignalRecord, signal: SignalRecord): string | undefined {
  if (before.partition !== signal.partition) return 'one vehicle in two partitions';
  const { partition, offset } = signal.origin;
  return partition === before.origin.partition && offset < before.origin.offset
    ? 'behind a later signal'
    : undefined;
}

function* wrongSignal(signal: SignalRecord, file: CaseFile): Iterable<Witness> {
  const { vehicleId, messageId } = signal;
  const about = { vehicleId, messageId, at: placeText(signal), time: signal.receivedAt };
  const reading = file.readingById.get(identityKey(signal));
  const first = reading?.first;
  if (reading === undefined || first === undefined) {
    yield { what: 'a signal without a reading', ...about, found: placeText(signal.origin) };
    return;
  }
  const clockSuspect = file.isClockSuspect(first, reading.said);
  const expected = { key: vehicleId, origin: placeText(first), receivedAt: first.timestamp, clockSuspect };
  const { key, receivedAt } = signal;
  const found = { key, origin: placeText(signal.origin), receivedAt, clockSuspect: signal.clockSuspect };
  const different =
    fieldDifferences(expected, found, ['key', 'origin', 'receivedAt', 'clockSuspect']) ??
    describeDifferences(...verdictsOf(reading, signal, clockSuspect, file));
  if (different) yield { what: 'a wrong signal', ...about, ...different };
}

function verdictsOf(
  reading: Reading,
  signal: SignalRecord,
  suspect: boolean,
  file: CaseFile,
): [Content, Content] {
  const expected = suspect ? [] : judge(reading.said, file);
  const off = (signal.off ?? []).map((rule): Verdict => ({ rule, outcome: 'off', value: 0 }));
  return [asContent(expected), asContent([...signal.verdicts, ...off])];
}

function* judge(said: BodyReading, file: CaseFile): Iterable<Verdict> {
  for (const rule of file.evidence.rules) {
    const found = findingOf(rule, said);
    if (found === undefined) continue;
    if (found === 'off') yield { rule: rule.id, outcome: 'off', value: 0 };
    else yield { rule: rule.id, outcome: found.finding.outcome, value: found.finding.value };
  }
}

function asContent(verdicts: Iterable<Verdict>): Content {
  const content = new Map<string, Value>();
  for (const { rule, outcome, value } of verdicts) {
    const name = content.has(rule) ? `${rule} once more` : rule;
    content.set(name, `${outcome} at ${value}`);
  }
  return content;
}
