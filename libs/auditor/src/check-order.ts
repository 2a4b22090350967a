import { type CaseFile, idKey, type Reading } from './case-file.js';
import type { Check, Witness } from './check.js';
import type { ReadingRecord, Sent } from './evidence.js';
import { placeText } from './ids.js';

export const outOfOrder: Check = {
  name: 'out of order',
  invariant: 'I4',
  promise: "a vehicle's first occurrences stand in the order they were sent, in one partition",
  *find(file) {
    yield* scattered(file);
    for (const vehicleId of file.evidence.history.vehicles) {
      yield* overtaken(file.readings.get(vehicleId) ?? [], file);
    }
  },
};

function* scattered(file: CaseFile): Iterable<Witness> {
  const homes = new Map<string, ReadingRecord>();
  for (const record of file.evidence.records) {
    if (!file.isOurs(record.key)) continue;
    const home = homes.get(record.key);
    if (home === undefined) homes.set(record.key, record);
    else if (home.partition !== record.partition) {
      const where = { expected: `partition ${home.partition}`, found: `partition ${record.partition}` };
      yield {
        what: 'one vehicle in two partitions',
        ...{ vehicleId: record.key, at: placeText(record), ...where, time: record.timestamp },
      };
    }
  }
}

/**
 * Within a run the order counts. Between runs, which may overlap, a reading may not stand behind one that was
 * sent only after its own acknowledgement.
 */
function* overtaken(readings: readonly Reading[], file: CaseFile): Iterable<Witness> {
  const highest = new Map<number, Sent>();
  let latestSent: Sent | undefined;
  for (const reading of readings) {
    const passes = reading.firstIsDropped || cameLateByRedrive(reading, file);
    const sent = passes ? undefined : sentOf(reading, file);
    if (sent === undefined) continue;
    const inRun = highest.get(sent.run);
    const overtaker = inRun && sent.order < inRun.order ? inRun : inAnEarlierRun(sent, latestSent);
    if (overtaker) yield witness(sent, overtaker, reading);
    if (inRun === undefined || sent.order > inRun.order) highest.set(sent.run, sent);
    if (latestSent === undefined || sent.firstSentAt > latestSent.firstSentAt) latestSent = sent;
  }
}

/** What was given up before Kafka and redriven stands behind what its vehicle sent since: people wanted it so. */
function cameLateByRedrive({ occurrences }: Reading, file: CaseFile): boolean {
  const redrives = occurrences[0]?.redrives;
  return redrives !== undefined && file.deadLetterIds.has(redrives);
}

function inAnEarlierRun(sent: Sent, latest: Sent | undefined): Sent | undefined {
  if (latest === undefined || latest.run === sent.run || sent.acknowledgedAt === undefined) return undefined;
  return sent.acknowledgedAt < latest.firstSentAt ? latest : undefined;
}

function sentOf(reading: Reading, file: CaseFile): Sent | undefined {
  const versions = file.sentById.get(idKey(reading.said)) ?? [];
  return versions
    .filter(({ judged }) => 'reading' in judged && judged.reading.recordedAt === reading.said.recordedAt)
    .reduce<Sent | undefined>(
      (one, other) => (one && one.firstSentAt <= other.firstSentAt ? one : other),
      undefined,
    );
}

function witness(sent: Sent, overtaker: Sent, reading: Reading): Witness {
  const at = reading.occurrences[0];
  return {
    what: 'behind a reading that was sent later',
    vehicleId: sent.vehicleId,
    messageId: sent.messageId,
    ...(at ? { at: placeText(at) } : {}),
    expected: `order ${sent.order} before order ${overtaker.order} (${overtaker.messageId})`,
    found: 'behind it',
  };
}
