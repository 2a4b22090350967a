import { type CaseFile, idKey, identityKey } from './case-file.js';
import type { Check, Witness } from './check.js';
import { sameContent } from './content.js';
import { isHarmed } from './dead-letter-grounds.js';
import type { BodyReading, ReadingRecord, Sent } from './evidence.js';
import { groupBy } from './group-by.js';
import { placeText } from './ids.js';

export const lost: Check = {
  name: 'lost',
  invariant: 'I1',
  promise:
    'every acknowledged reading is in Kafka or dead-lettered, and every record is a row or dead-lettered',
  *find(file) {
    for (const sent of neverArrived(file)) {
      if (!reachedTheBridge(sent, file)) continue;
      yield { what: 'acknowledged, but neither in Kafka nor dead-lettered', ...named(sent) };
    }
    yield* lostBehindKafka(file);
    yield* givenUpWithoutCause(file);
  },
};

/** Acknowledged, but neither in Kafka nor dead-lettered: lost by the bridge, or before it. */
function* neverArrived(file: CaseFile): Iterable<Sent> {
  // What Kafka has dropped since then may have been there.
  const keptSince = Math.max(file.evidence.keptSince.readings, file.evidence.keptSince.deadLetters);
  const readings: BodyReading[] = [];
  for (const { judged } of file.evidence.records) if ('reading' in judged) readings.push(judged.reading);
  const found = new Set(readings);
  let saidById: Map<string, BodyReading[]> | undefined;
  for (const sent of file.evidence.history.sent) {
    if (sent.acknowledgedAt === undefined || sent.acknowledgedAt < keptSince) continue;
    if ('reading' in sent.judged && found.has(sent.judged.reading)) continue;
    if (file.deadLetterIds.has(sent.deadLetterId) || file.unreadDigests.has(sent.digest)) continue;
    saidById ??= groupBy(readings, idKey);
    if (!isAmong(saidById.get(idKey(sent)) ?? [], sent, file)) yield sent;
  }
}

/** Told apart by a tap between the two; without one every acknowledgement counts as the bridge's. */
export const lostByBroker: Check = {
  name: 'lost before the bridge',
  invariant: 'I1',
  promise: 'what the MQTT broker acknowledged reached the bridge',
  notOurs: true,
  *find(file) {
    for (const sent of neverArrived(file)) {
      if (reachedTheBridge(sent, file)) continue;
      yield { what: 'acknowledged by the broker, but never handed to the bridge', ...named(sent) };
    }
  },
};

function reachedTheBridge({ topic, digest }: Sent, { evidence: { received } }: CaseFile): boolean {
  return received === undefined || received.has(`${topic} ${digest}`);
}

function named({ vehicleId, messageId, topic, firstSentAt }: Sent) {
  return { vehicleId, messageId, at: topic, time: firstSentAt };
}

/** Where one id was sent with several contents, each of them must have arrived; otherwise the id is enough. */
function isAmong(said: readonly BodyReading[], sent: Sent, file: CaseFile): boolean {
  if ('bad' in sent.judged || file.sentById.get(idKey(sent))?.length === 1) return said.length > 0;
  const { recordedAt, content } = sent.judged.reading;
  return said.some((it) => it.recordedAt === recordedAt && sameContent(it.content, content));
}

function* lostBehindKafka(file: CaseFile): Iterable<Witness> {
  for (const record of file.evidence.records) {
    if (file.isPending(record) || file.deadLetterOf(record) || file.isErased(record)) continue;
    if ('bad' in record.judged) {
      if (!file.isOurs(record.key) || record.timestamp < file.evidence.keptSince.deadLetters) continue;
      const at = placeText(record);
      const found = record.judged.detail;
      yield {
        what: 'an unusable record without a dead letter',
        vehicleId: record.key,
        at,
        expected: record.judged.bad,
        found,
        time: record.timestamp,
      };
    } else if (file.isOurs(record.judged.reading.vehicleId)) {
      const { vehicleId, messageId } = record.judged.reading;
      const why = whyUnresolved(record, record.judged.reading, file);
      if (why) yield { what: why, vehicleId, messageId, at: placeText(record), time: record.timestamp };
    }
  }
}

/** Why a record is neither stored nor already stored. */
export function whyUnresolved(record: ReadingRecord, said: BodyReading, file: CaseFile): string | undefined {
  if (!file.rowsById.has(idKey(said))) return 'in Kafka, but neither a row nor a dead letter';
  const first = file.readingById.get(identityKey(said))?.first;
  const swallowed =
    first !== undefined &&
    first !== record &&
    'reading' in first.judged &&
    !sameContent(first.judged.reading.content, said.content);
  return swallowed ? 'conflicts with an earlier record, but was not dead-lettered' : undefined;
}

function* givenUpWithoutCause(file: CaseFile): Iterable<Witness> {
  const seen = new Set<string>();
  for (const letter of file.evidence.deadLetters) {
    if (seen.has(letter.id) || 'bad' in letter.judged || !isHarmed(letter, file)) continue;
    seen.add(letter.id);
    if (letter.of && letter.of.offset >= (file.evidence.ends.get(letter.of.partition) ?? 0n)) continue;
    const { vehicleId, messageId } = letter.judged.reading;
    yield {
      what: 'a good reading was given up',
      vehicleId,
      messageId,
      at: placeText(letter),
      found: letter.reason,
      time: letter.deadLetteredAt,
    };
  }
}
