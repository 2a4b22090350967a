import type {
  BodyReading,
  DeadLetter,
  Evidence,
  Place,
  ReadingRecord,
  Row,
  Sent,
  SignalRecord,
} from './evidence.js';
import { groupBy } from './group-by.js';
import { type DroppedPast, droppedPastIn } from './dropped-past.js';
import { placeText } from './ids.js';

/** One reading as it stands in the readings topic, with all its deliveries. */
export interface Reading {
  readonly said: BodyReading;
  readonly occurrences: readonly ReadingRecord[];
  /** The first delivery that was not dead-lettered: what is stored and judged. None when all were. */
  readonly first?: ReadingRecord;
  /** Kafka has dropped the delivery that was stored and judged; those left are redeliveries. */
  readonly firstIsDropped: boolean;
}

/** The evidence, indexed once for all checks. */
export interface CaseFile {
  readonly evidence: Evidence;
  /** By vehicle and message id: the distinct bodies sent under it. */
  readonly sentById: ReadonlyMap<string, readonly Sent[]>;
  /** The very readings sent, for what shares them. */
  readonly sentReadings: ReadonlySet<BodyReading>;
  readonly sentDigests: ReadonlySet<string>;
  /** The record digests in the readings topic that were forwarded although nobody could read them. */
  readonly unreadDigests: ReadonlySet<string>;
  /** By vehicle, in the order of their first occurrence in Kafka. */
  readonly readings: ReadonlyMap<string, readonly Reading[]>;
  readonly readingById: ReadonlyMap<string, Reading>;
  /** By vehicle and message id. */
  readonly rowsById: ReadonlyMap<string, readonly Row[]>;
  readonly deadLetterIds: ReadonlySet<string>;
  /** By dead letter: the records it was sent again as, and that were not given up in turn. */
  readonly redriven: ReadonlyMap<string, readonly ReadingRecord[]>;
  /** Vehicles that sent on while the tables were read. */
  readonly movedOn: ReadonlySet<string>;
  /** Vehicles whose first records Kafka has dropped: nobody can tell what was open or highest by then. */
  readonly headless: ReadonlySet<string>;
  /** Records that were dead-lettered, by their place. */
  givenUpAt(place: string): ReadingRecord | undefined;
  deadLetterOf(record: ReadingRecord): DeadLetter | undefined;
  /** Not yet covered by the processor's commit: nothing may be demanded of it. */
  isPending(record: ReadingRecord): boolean;
  isOurs(vehicleId: string): boolean;
  signalsOf(vehicleId: string, origin: Place): readonly SignalRecord[];
  /** In the order of their partition. */
  allSignalsOf(vehicleId: string): readonly SignalRecord[];
  isClockSuspect(record: ReadingRecord, said: BodyReading): boolean;
  /** Received up to the fence of its vehicle: resolved without a trace. */
  isErased(record: ReadingRecord): boolean;
  /** The same of anything else that says whose it is and when it was received. */
  isBehindFence(vehicleId: string, receivedAt: number): boolean;
  /** Its erasure goes on: what was there before may be there or not. */
  isBeingErased(vehicleId: string): boolean;
  /** Nothing but what is erased says so: neither a record of after the fence nor a row. */
  isOfErased(reading: { vehicleId: string; messageId: string }): boolean;
}

export const idKey = (of: { vehicleId: string; messageId: string }) => `${of.vehicleId} ${of.messageId}`;
export const identityKey = (of: Omit<BodyReading, 'content'>) =>
  `${of.vehicleId} ${of.messageId} ${of.recordedAt}`;

export function openCaseFile(evidence: Evidence): CaseFile {
  const deadLetterAt = new Map<string, DeadLetter>();
  for (const letter of evidence.deadLetters) if (letter.of) deadLetterAt.set(placeText(letter.of), letter);
  const past = droppedPastIn(evidence, identityKey);
  const isBehindFence = (vehicleId: string, receivedAt: number) =>
    receivedAt <= (evidence.erasures.get(vehicleId)?.erasedAt ?? -Infinity);
  const isErased = ({ key, timestamp }: ReadingRecord) => isBehindFence(key, timestamp);
  const readings = [
    ...gatherReadings(
      evidence.records,
      past,
      (record) => deadLetterAt.has(placeText(record)) || isErased(record),
    ).values(),
  ];
  const isOfErased = ofErased(evidence, isErased, isBehindFence);
  const signals = groupBy(evidence.signals, ({ vehicleId, origin }) => signalKey(vehicleId, origin));
  let byVehicle: ReadonlyMap<string, readonly SignalRecord[]> | undefined;
  const unread = evidence.records.filter((record) => 'bad' in record.judged);
  const givenUp = new Map<string, ReadingRecord>();
  for (const record of evidence.records)
    if (deadLetterAt.has(placeText(record))) givenUp.set(placeText(record), record);
  return {
    evidence,
    sentById: groupBy(evidence.history.sent, idKey),
    sentReadings: new Set(
      evidence.history.sent.flatMap(({ judged }) => ('reading' in judged ? [judged.reading] : [])),
    ),
    sentDigests: new Set(evidence.history.sent.map((sent) => sent.digest)),
    unreadDigests: new Set(unread.map((record) => record.digest)),
    readings: groupBy(readings, (reading) => reading.said.vehicleId),
    readingById: new Map(readings.map((reading) => [identityKey(reading.said), reading])),
    rowsById: groupBy(evidence.rows, idKey),
    redriven: groupBy(
      evidence.records.filter(
        (record) => record.redrives !== undefined && !deadLetterAt.has(placeText(record)),
      ),
      (record) => record.redrives ?? '',
    ),
    deadLetterIds: new Set(evidence.deadLetters.map((letter) => letter.id)),
    movedOn: new Set(
      evidence.later.flatMap(({ judged }) => ('reading' in judged ? [judged.reading.vehicleId] : [])),
    ),
    headless: past.vehicles,
    isOurs: (vehicleId) => evidence.history.vehicles.has(vehicleId),
    signalsOf: (vehicleId, origin) => signals.get(signalKey(vehicleId, origin)) ?? [],
    allSignalsOf: (vehicleId) => {
      byVehicle ??= groupBy(evidence.signals, (signal) => signal.vehicleId);
      return byVehicle.get(vehicleId) ?? [];
    },
    givenUpAt: (place) => givenUp.get(place),
    deadLetterOf: (record) => (givenUp.size === 0 ? undefined : deadLetterAt.get(placeText(record))),
    isPending: (record) => record.offset >= (evidence.committed.get(record.partition) ?? 0n),
    isErased,
    isBehindFence,
    isBeingErased: (vehicleId) => {
      const erasure = evidence.erasures.get(vehicleId);
      return erasure !== undefined && erasure.completedAt === undefined;
    },
    isOfErased,
    isClockSuspect: (record, said) => said.recordedAt - record.timestamp > evidence.settings.clockSuspectMs,
  };
}

const signalKey = (vehicleId: string, origin: Place) => `${vehicleId} ${placeText(origin)}`;

function ofErased(
  { records, later, rows, erasures, keptSince }: Evidence,
  isErased: (record: ReadingRecord) => boolean,
  isBehindFence: (vehicleId: string, receivedAt: number) => boolean,
): CaseFile['isOfErased'] {
  if (erasures.size === 0) return () => false;
  const standing = new Set<string>();
  const erased = new Set<string>();
  for (const record of [...records, ...later])
    if ('reading' in record.judged) (isErased(record) ? erased : standing).add(idKey(record.judged.reading));
  for (const row of rows) if (!isBehindFence(row.vehicleId, row.receivedAt)) standing.add(idKey(row));
  return (reading) => {
    const erasure = erasures.get(reading.vehicleId);
    if (erasure === undefined || standing.has(idKey(reading))) return false;
    // What Kafka has dropped was received before what it kept.
    return erased.has(idKey(reading)) || keptSince.readings <= erasure.erasedAt;
  };
}

interface ReadingSoFar extends Reading {
  readonly occurrences: ReadingRecord[];
  first?: ReadingRecord;
}

function gatherReadings(
  records: readonly ReadingRecord[],
  past: DroppedPast,
  wasGivenUp: (record: ReadingRecord) => boolean,
) {
  const readings = new Map<string, ReadingSoFar>();
  for (const record of records) {
    if ('bad' in record.judged) continue;
    const said = record.judged.reading;
    const key = identityKey(said);
    const known = readings.get(key);
    const reading = known ?? { said, occurrences: [record], firstIsDropped: past.readings.has(key) };
    if (known === undefined) readings.set(key, reading);
    else reading.occurrences.push(record);
    if (reading.first === undefined && !reading.firstIsDropped && !wasGivenUp(record)) reading.first = record;
  }
  return readings;
}

/** What of a vehicle is stored and judged, in the order of the records that stored it. */
export function* judgedReadings(
  file: CaseFile,
  vehicleId: string,
): Iterable<{ said: BodyReading; first: ReadingRecord }> {
  const stored = [];
  for (const { said, first } of file.readings.get(vehicleId) ?? []) if (first) stored.push({ said, first });
  yield* stored.sort((one, other) =>
    one.first.partition === other.first.partition
      ? Number(one.first.offset - other.first.offset)
      : one.first.timestamp - other.first.timestamp,
  );
}
