import { type CaseFile } from './case-file.js';
import type { Check, Witness } from './check.js';
import { groundsFor, isFounded, isHarmed, isMended, isOfErasedVehicle } from './dead-letter-grounds.js';
import { DEAD_LETTER_REASONS, type DeadLetter } from './evidence.js';
import { placeText } from './ids.js';

export const deadLettersWrong: Check = {
  name: 'dead letters wrong',
  invariant: 'I8',
  promise: 'every dead letter holds the original bytes, key and headers, its own id and the true reason',
  *find(file) {
    const seen = new Set<string>();
    for (const letter of file.evidence.deadLetters) {
      // Written twice it says the same thing twice; what it says may differ all the same.
      const said = [letter.id, letter.reason, letter.digest, letter.originalKey, letter.headers].join(' ');
      if (!seen.has(said) && isOfThisAudit(letter, file)) yield* wrongLetter(letter, file);
      seen.add(said);
    }
    yield* missingLetters(file);
  },
};

function* wrongLetter(letter: DeadLetter, file: CaseFile): Iterable<Witness> {
  const about = { ...named(letter), at: placeText(letter), time: letter.deadLetteredAt };
  const reasons: readonly string[] = DEAD_LETTER_REASONS;
  const altered = alteredPart(letter, file);
  if (altered) yield { what: `not the original ${altered}`, ...about, found: letter.reason };
  else if (letter.id !== letter.rightId)
    yield { what: 'a wrong id', ...about, expected: letter.rightId, found: letter.id };
  else if (!reasons.includes(letter.reason))
    yield { what: 'an unknown reason', ...about, found: letter.reason };
  else if (letter.of && letter.of.topic !== file.evidence.settings.readingsTopic) {
    yield { what: 'a record of ours was given up', ...about, expected: 'none', found: placeText(letter.of) };
  } else if (isOfErasedVehicle(letter, file)) {
    return; // what would show whether it was right is gone
  } else if (!isFounded(letter, file) && !isHarmed(letter, file) && !isMended(letter, file)) {
    const expected = groundsFor(letter, file) ?? 'nothing: the reading is good';
    yield { what: 'a wrong reason', ...about, expected, found: letter.reason };
  }
}

/** What came while the audit ran has nothing yet to be held against. */
function isOfThisAudit({ of, deadLetteredAt }: DeadLetter, { evidence }: CaseFile): boolean {
  if (of === undefined) return deadLetteredAt < evidence.cutAt;
  return of.topic !== evidence.settings.readingsTopic || of.offset < (evidence.ends.get(of.partition) ?? 0n);
}

/** What the vehicle sent, or what stands in Kafka, is known byte by byte; of a message, not its user properties. */
function alteredPart(letter: DeadLetter, file: CaseFile): 'bytes' | 'key' | 'headers' | undefined {
  if (letter.of === undefined) {
    const isFromTheHistory = letter.deadLetteredAt >= file.evidence.history.startedAt;
    return isFromTheHistory && !file.sentDigests.has(letter.digest) ? 'bytes' : undefined;
  }
  const record = file.givenUpAt(placeText(letter.of));
  if (record === undefined) return undefined;
  if (record.digest !== letter.digest) return 'bytes';
  if (record.key !== (letter.originalKey ?? '')) return 'key';
  return record.headers === letter.headers ? undefined : 'headers';
}

/** A record beyond retention is readable, so a row may hide that it should have been given up. */
function* missingLetters(file: CaseFile): Iterable<Witness> {
  for (const record of file.evidence.records) {
    if ('bad' in record.judged || file.isPending(record) || file.deadLetterOf(record)) continue;
    if (file.isErased(record)) continue;
    const { vehicleId, messageId, recordedAt } = record.judged.reading;
    if (record.timestamp - recordedAt <= file.evidence.settings.retentionMs) continue;
    if (!file.rowsById.has(`${vehicleId} ${messageId}`)) continue;
    yield { what: 'stored, but recorded before the retention', vehicleId, messageId, at: placeText(record) };
  }
}

function named(letter: DeadLetter): { vehicleId?: string; messageId?: string } {
  if ('reading' in letter.judged) return letter.judged.reading;
  return letter.vehicleId === undefined ? {} : { vehicleId: letter.vehicleId };
}
