import { type CaseFile, identityKey } from './case-file.js';
import { sameContent } from './content.js';
import type { DeadLetter, DeadLetterReason, ReadingRecord } from './evidence.js';
import { placeText } from './ids.js';

/** What the auditor itself would have given this message up for: undefined when it is good. */
export function groundsFor(letter: DeadLetter, file: CaseFile): DeadLetterReason | undefined {
  if ('bad' in letter.judged) return letter.judged.bad;
  const said = letter.judged.reading;
  const record = recordOf(letter, file);
  const receivedAt = record?.timestamp ?? letter.deadLetteredAt;
  if (receivedAt - said.recordedAt > file.evidence.settings.retentionMs) return 'beyond-retention';
  // That the store refused it is no ground: a good reading that is stored nowhere is lost, whoever says why.
  return record !== undefined && conflicts(record, file) ? 'conflicting-reading' : undefined;
}

/** A bug of ours may strike a record that is bad in any case. */
export function isFounded(letter: DeadLetter, file: CaseFile): boolean {
  const grounds = groundsFor(letter, file);
  return grounds !== undefined && (letter.reason === grounds || letter.reason === 'processing-error');
}

/** Reasons that may pass: a schema is registered late, a bug of ours is mended. */
const PASSING: readonly string[] = ['unknown-schema', 'processing-error', 'refused-by-store'];

/** The reason was true then and is not now: the same bytes were sent again for this letter, and were taken. */
export function isMended(letter: DeadLetter, file: CaseFile): boolean {
  if (!PASSING.includes(letter.reason)) return false;
  const records = file.redriven.get(letter.id) ?? [];
  return records.some((record) => letter.of === undefined || record.digest === letter.digest);
}

/** It was received before it was given up. */
export function isOfErasedVehicle(letter: DeadLetter, file: CaseFile): boolean {
  const vehicleId = 'reading' in letter.judged ? letter.judged.reading.vehicleId : letter.vehicleId;
  return vehicleId !== undefined && file.isBehindFence(vehicleId, letter.deadLetteredAt);
}

/** A good reading that was given up and is stored nowhere. */
export function isHarmed(letter: DeadLetter, file: CaseFile): boolean {
  if (isOfErasedVehicle(letter, file)) return false;
  if ('bad' in letter.judged || groundsFor(letter, file) !== undefined) return false;
  if (!file.evidence.history.vehicles.has(letter.judged.reading.vehicleId)) return false;
  return !isStored(letter, file);
}

function isStored(letter: DeadLetter, file: CaseFile): boolean {
  if ('bad' in letter.judged) return false;
  const said = letter.judged.reading;
  const rows = file.rowsById.get(`${said.vehicleId} ${said.messageId}`) ?? [];
  return rows.some((row) => row.recordedAt === said.recordedAt && sameContent(row.content, said.content));
}

/** An earlier record of the same identity says something else. */
function conflicts(record: ReadingRecord, file: CaseFile): boolean {
  if ('bad' in record.judged) return false;
  const said = record.judged.reading;
  const others = file.readingById.get(identityKey(said))?.occurrences ?? [];
  return others.some(
    (other) =>
      other.offset < record.offset &&
      'reading' in other.judged &&
      !sameContent(other.judged.reading.content, said.content),
  );
}

function recordOf(letter: DeadLetter, file: CaseFile): ReadingRecord | undefined {
  return letter.of === undefined ? undefined : file.givenUpAt(placeText(letter.of));
}
