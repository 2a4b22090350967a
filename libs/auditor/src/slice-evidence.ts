import type { Entry } from './entry.js';
import type {
  AlertHistoryRow,
  AlertRow,
  AlertViewRow,
  BodyReading,
  Circumstances,
  DeadLetter,
  Evidence,
  ReadingRecord,
  Row,
  SignalRecord,
} from './evidence.js';
import { KnownReadings } from './known-readings.js';
import { type JudgeBody, SentReadings } from './sent-readings.js';

/** Puts the entries of one slice together; the history's lines come first. */
export async function sliceEvidence(
  entries: AsyncIterable<Entry>,
  whole: Circumstances & { startedAt: number; tapped: boolean },
  vehicles: ReadonlySet<string>,
  judgeBody: JudgeBody,
): Promise<Evidence> {
  const readings = new SentReadings(judgeBody);
  const received = new Set<string>();
  const records: ReadingRecord[] = [];
  const later: ReadingRecord[] = [];
  const deadLetters: DeadLetter[] = [];
  const signals: SignalRecord[] = [];
  const rows: Row[] = [];
  const latest = new Map<string, BodyReading>();
  const alerts: AlertRow[] = [];
  const alertHistory: AlertHistoryRow[] = [];
  const alertsByDay: AlertViewRow[] = [];
  const openAlerts: AlertViewRow[] = [];
  let known: KnownReadings | undefined;
  const knownReadings = () => (known ??= new KnownReadings(readings.all()));

  for await (const [kind, found] of entries) {
    if (kind === 'line') await readings.take(found);
    else if (kind === 'received') received.add(found);
    else if (kind === 'record') records.push(knownReadings().inRecord(found));
    else if (kind === 'later') later.push(knownReadings().inRecord(found));
    else if (kind === 'letter') deadLetters.push(found);
    else if (kind === 'signal') signals.push(found);
    else if (kind === 'row') rows.push(knownReadings().inRow(found));
    else if (kind === 'latest') latest.set(found.vehicleId, found);
    else if (kind === 'alert') alerts.push(found);
    else if (kind === 'transition') alertHistory.push(found);
    else if (kind === 'by day') alertsByDay.push(found);
    else openAlerts.push(found);
  }
  const { startedAt, tapped, ...circumstances } = whole;
  return {
    ...circumstances,
    history: { vehicles, sent: readings.all(), startedAt },
    ...(tapped ? { received } : {}),
    ...{ records, later, deadLetters, signals, rows, latest },
    ...{ alerts, alertHistory, alertsByDay, openAlerts },
  };
}
