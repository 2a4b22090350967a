import { foldAlerts } from './alert-fold.js';
import { foldSilence, mayBeAboutSilence } from './silence-fold.js';
import { type CaseFile, identityKey, judgedReadings } from './case-file.js';
import type { AlertRow, BodyReading, ReadingRecord } from './evidence.js';
import type { FoldedAlert } from './rule-life.js';

export interface ExpectedAlert {
  readonly alert: FoldedAlert;
  /** What may stand there as well, since the reading that changed it came while the tables were read. */
  readonly before?: AlertRow;
  /** The reading that opens it came while the tables were read. */
  readonly mayBeMissing: boolean;
}

/** Of the vehicles whose readings Kafka holds from the first on: of others nobody knows what was open. */
export function* expectedAlerts(file: CaseFile): Iterable<ExpectedAlert> {
  const { history, rules } = file.evidence;
  const laterOf = laterReadings(file);
  const isAboutSilence = rules.some(mayBeAboutSilence);
  for (const vehicleId of history.vehicles) {
    if (file.headless.has(vehicleId)) continue;
    const atCut = [...readingsAtCut(vehicleId, file)];
    const alerts = foldAlerts(atCut, rules);
    if (isAboutSilence) yield* expectedSilences(vehicleId, file);
    const later = laterOf.get(vehicleId);
    if (later === undefined) for (const alert of alerts) yield { alert, mayBeMissing: false };
    else yield* whileMovingOn(alerts, foldAlerts([...atCut, ...later], rules));
  }
}

/** A reading that came while the tables were read may have ended a silence. */
function* expectedSilences(vehicleId: string, file: CaseFile): Iterable<ExpectedAlert> {
  const { pulses, rules } = file.evidence;
  const own = file
    .allSignalsOf(vehicleId)
    .filter(({ receivedAt }) => !file.isBehindFence(vehicleId, receivedAt));
  const [first] = own;
  if (first === undefined) return;
  const isOwn = ({ judged }: ReadingRecord) => 'reading' in judged && judged.reading.vehicleId === vehicleId;
  const last = file.movedOn.has(vehicleId) ? file.evidence.later.find(isOwn) : undefined;
  for (const alert of foldSilence(vehicleId, own, pulses.get(first.partition) ?? [], rules)) {
    const mayHaveEnded = alert.status === 'open' && last !== undefined && 'reading' in last.judged;
    if (!mayHaveEnded) yield { alert, mayBeMissing: false };
    else {
      const { messageId: clearedBy } = last.judged.reading;
      const ended = { ...alert, status: 'cleared', clearedAt: last.timestamp, clearedBy };
      yield { alert: ended, before: alert, mayBeMissing: false };
    }
  }
}

function* whileMovingOn(atCut: readonly FoldedAlert[], now: readonly FoldedAlert[]): Iterable<ExpectedAlert> {
  const beforeById = new Map(atCut.map((alert) => [alert.id, alert]));
  for (const alert of now) {
    const before = beforeById.get(alert.id);
    yield { alert, before: before ?? stillOpen(alert), mayBeMissing: before === undefined };
  }
}

function stillOpen(alert: AlertRow): AlertRow {
  if (alert.late || alert.status === 'open') return alert;
  const { clearedAt: _at, clearedBy: _by, clearedValue: _value, ...open } = alert;
  return { ...open, status: 'open' };
}

function* readingsAtCut(vehicleId: string, file: CaseFile): Iterable<BodyReading> {
  for (const { said, first } of judgedReadings(file, vehicleId))
    if (!file.isClockSuspect(first, said)) yield said;
}

function laterReadings(file: CaseFile): Map<string, BodyReading[]> {
  const laterOf = new Map<string, BodyReading[]>();
  const seen = new Set<string>();
  for (const record of file.evidence.later) {
    if ('bad' in record.judged || file.isErased(record)) continue;
    const said = record.judged.reading;
    const key = identityKey(said);
    if (seen.has(key) || file.readingById.has(key) || file.isClockSuspect(record, said)) continue;
    seen.add(key);
    if (record.timestamp - said.recordedAt > file.evidence.settings.retentionMs) continue;
    const all = laterOf.get(said.vehicleId);
    if (all === undefined) laterOf.set(said.vehicleId, [said]);
    else all.push(said);
  }
  return laterOf;
}
