import { judgeJson } from './body.js';
import type * as E from './evidence.js';
import { alertIdOf, deadLetterIdOfMessage, deadLetterIdOfRecord, digestOf, messageIdOf } from './ids.js';
import { bucketOf, OPEN_ALERT_BUCKETS, slotOf } from './placement.js';

/** For tests: a small fleet whose every promise was kept. The tests forge it, one lie at a time. */
export const START = Date.parse('2026-11-22T08:59:58.000Z');
export const READINGS = 'telemetry.readings.v1';

const SETTINGS: E.Settings = {
  readingsTopic: READINGS,
  signalsTopic: 'telemetry.signals.v1',
  mqttTopicPattern: 'vehicles/{vehicleId}/telemetry',
  clockSuspectMs: 120_000,
  retentionMs: 365 * 86_400_000,
  shardCount: 64,
  bucketMs: 3_600_000,
};

/** What each vehicle measured, in the order sent; `at` is seconds after the start. */
const JOURNEYS: Record<string, { at: number; [name: string]: unknown }[]> = {
  'truck-1': [
    { at: 1, engineTemperatureC: 90, speedKph: 0 },
    { at: 2, engineTemperatureC: 105 },
    { at: 4, engineTemperatureC: 97 },
    { at: 5, engineTemperatureC: 94, location: { latitude: 52.5, longitude: 13.4 } },
    { at: 3, engineTemperatureC: 120 },
    { at: 6, engineTemperatureC: 91 },
  ],
  'truck-2': [
    { at: 1, fuelLevelPercent: 50, tyre: { frontLeft: 820 } },
    { at: 2, fuelLevelPercent: 10, ignitionOn: true },
  ],
  'truck-3': [
    { at: 1, sequence: 7, speedKph: 71.5, note: 'no other sensors' },
    { at: 600, engineTemperatureC: 150 },
  ],
};

export const RULES: E.Evidence['rules'] = [
  {
    id: 'hot',
    severity: 'critical',
    clauses: [{ measurement: 'engineTemperatureC', breachAbove: 100, normalTo: 95 }],
  },
  { id: 'fuel-low', clauses: [{ measurement: 'fuelLevelPercent', breachBelow: 15, normalFrom: 18 }] },
];

export function aGoodWorld(): E.Evidence {
  const sent: E.Sent[] = [];
  for (const [vehicleId, journey] of Object.entries(JOURNEYS)) {
    journey.forEach(({ at, ...measured }, index) => {
      const recordedAt = START + at * 1000;
      const body = { messageId: messageIdOf(vehicleId, Buffer.of(index)), recordedAt, ...measured };
      sent.push(aSent(vehicleId, index + 1, JSON.stringify(body)));
    });
  }
  const bad = aSent('truck-3', 3, '{"recordedAt":"yesterday"}');
  const conflicting = aSent('truck-2', 3, JSON.stringify({ ...bodyOf('truck-2', 0), fuelLevelPercent: 51 }));

  const records = sent.map((one, index) => aRecord(one, BigInt(index)));
  const redelivered = { ...aRecord(the(sent, 'truck-1', 1), 20n), timestamp: START + 9000 };
  const conflict = aRecord(conflicting, 21n);
  const rows = sent.map((_, index) => aRow(records[index] ?? conflict));
  const alerts = theAlerts();
  return {
    history: {
      vehicles: new Set(Object.keys(JOURNEYS)),
      sent: [...sent, bad, conflicting],
      startedAt: START,
    },
    records: [...records, redelivered, conflict],
    starts: new Map([[0, 0n]]),
    ends: new Map([[0, 22n]]),
    committed: new Map([[0, 22n]]),
    deadLetters: [aMessageLetter(bad), aRecordLetter(conflict)],
    signals: rows.map((row, index) => aSignal(row, BigInt(index))),
    rows,
    latest: new Map(
      [5, 7, 8].map((index) => [records[index]?.key ?? '', readingOf(records[index] ?? conflict)]),
    ),
    alerts,
    alertHistory: alerts.flatMap(transitions),
    alertsByDay: alerts.map((alert) => ({ ...alert, partition: '2026-11-22' })),
    openAlerts: alerts
      .filter((alert) => alert.status === 'open')
      .map((alert) => ({ ...alert, partition: String(slotOf(alert.vehicleId, OPEN_ALERT_BUCKETS)) })),
    later: [],
    cutAt: START + 600_000,
    range: { from: -Infinity, to: Infinity },
    keptSince: { readings: -Infinity, signals: -Infinity, deadLetters: -Infinity },
    commits: [5n, 22n].map((offset) => aCommit(offset, START + 10_000 + Number(offset))),
    resetsAllowed: false,
    faults: [],
    pulses: new Map(),
    erasures: new Map(),
    bridge: 'through',
    lags: [],
    waited: true,
    rules: RULES,
    settings: SETTINGS,
  };
}

export function aSent(vehicleId: string, order: number, body: string): E.Sent {
  const bytes = Buffer.from(body);
  const topic = `vehicles/${vehicleId}/telemetry`;
  const judged = judgeJson(bytes, vehicleId);
  const messageId = 'reading' in judged ? judged.reading.messageId : messageIdOf(vehicleId, bytes);
  const times = {
    run: 1,
    order,
    firstSentAt: START + order * 1000,
    acknowledgedAt: START + order * 1000 + 9,
  };
  const ids = {
    vehicleId,
    messageId,
    digest: digestOf(bytes),
    deadLetterId: deadLetterIdOfMessage(topic, bytes),
  };
  return { ...ids, ...times, topic, judged };
}

export function aRecord(sent: E.Sent, offset: bigint): E.ReadingRecord {
  const place = { topic: READINGS, partition: 0, offset };
  return {
    ...place,
    key: sent.vehicleId,
    timestamp: START + 7000,
    digest: `avro of ${sent.digest}`,
    headers: '',
    judged: sent.judged,
  };
}

export function aRow(record: E.ReadingRecord): E.Row {
  const said = readingOf(record);
  return {
    ...said,
    shard: slotOf(said.vehicleId, SETTINGS.shardCount),
    bucket: bucketOf(said.recordedAt, SETTINGS.bucketMs),
    clockSuspect: said.recordedAt > record.timestamp + SETTINGS.clockSuspectMs,
    receivedAt: record.timestamp,
    origin: { topic: record.topic, partition: record.partition, offset: record.offset },
    writtenAt: { from: record.timestamp + 5, to: record.timestamp + 5 },
  };
}

export function aCommit(offset: bigint, at: number): E.Commit {
  return { group: 'navora-processor', topic: READINGS, partition: 0, offset, at };
}

export function aSignal(row: E.Row, offset: bigint): E.SignalRecord {
  const { vehicleId, messageId, recordedAt, receivedAt, origin, clockSuspect, content } = row;
  const verdicts: E.Verdict[] = [];
  const engine = content.get('engineTemperatureC');
  const fuel = content.get('fuelLevelPercent');
  if (!clockSuspect && typeof engine === 'number') {
    verdicts.push({
      rule: 'hot',
      outcome: engine > 100 ? 'breach' : engine > 95 ? 'between' : 'normal',
      value: engine,
    });
  }
  if (typeof fuel === 'number')
    verdicts.push({ rule: 'fuel-low', outcome: fuel < 15 ? 'breach' : 'normal', value: fuel });
  const place = { topic: SETTINGS.signalsTopic, partition: 3, offset };
  return {
    ...place,
    key: vehicleId,
    vehicleId,
    messageId,
    recordedAt,
    receivedAt,
    sentAt: receivedAt + 9,
    origin,
    clockSuspect,
    verdicts,
  };
}

export function aMessageLetter(sent: E.Sent, reason = 'malformed-body'): E.DeadLetter {
  const { vehicleId, topic: mqttTopic, digest, judged, deadLetterId: id } = sent;
  return {
    ...letterPlace(0n),
    id,
    rightId: id,
    reason,
    service: 'mqtt-bridge',
    vehicleId,
    mqttTopic,
    digest,
    headers: '',
    judged,
  };
}

export function aRecordLetter(record: E.ReadingRecord, reason = 'conflicting-reading'): E.DeadLetter {
  const { key: vehicleId, digest, headers, judged } = record;
  const id = deadLetterIdOfRecord(record);
  return {
    ...letterPlace(1n),
    id,
    rightId: id,
    reason,
    service: 'processor',
    vehicleId,
    of: record,
    originalKey: vehicleId,
    digest,
    headers,
    judged,
  };
}

function letterPlace(offset: bigint) {
  return { topic: 'telemetry.dead-letters.v1', partition: 0, offset, deadLetteredAt: START + 8000 };
}

/** Worked out by hand from the journeys. */
function theAlerts(): E.AlertRow[] {
  const alert = (vehicleId: string, rule: string, index: number, value: number): E.AlertRow => {
    const { messageId, recordedAt } = bodyOf(vehicleId, index);
    const measurement = rule === 'hot' ? 'engineTemperatureC' : 'fuelLevelPercent';
    const id = alertIdOf(vehicleId, rule, recordedAt, messageId);
    const opening = { measurement, value, openedAt: recordedAt, openedBy: messageId };
    return { vehicleId, id, rule, status: 'open', late: false, ...opening };
  };
  const cleared = (index: number, clearedValue: number) => {
    const { messageId: clearedBy, recordedAt: clearedAt } = bodyOf('truck-1', index);
    return { severity: 'critical', status: 'cleared', clearedAt, clearedBy, clearedValue };
  };
  return [
    { ...alert('truck-1', 'hot', 1, 105), ...cleared(3, 94) },
    { ...alert('truck-1', 'hot', 4, 120), ...cleared(4, 120), late: true },
    alert('truck-2', 'fuel-low', 1, 10),
  ];
}

function transitions(alert: E.AlertRow): E.AlertHistoryRow[] {
  const { vehicleId, id: alertId, value = NaN, openedAt: at, openedBy: messageId } = alert;
  const opened = { vehicleId, alertId, at, value, messageId };
  if (alert.late) return [{ ...opened, transition: 'recorded-late' }];
  if (alert.clearedAt === undefined) return [{ ...opened, transition: 'opened' }];
  const clearing = {
    at: alert.clearedAt,
    value: alert.clearedValue ?? NaN,
    messageId: alert.clearedBy ?? '',
  };
  return [
    { ...opened, transition: 'opened' },
    { ...opened, ...clearing, transition: 'cleared' },
  ];
}

function bodyOf(vehicleId: string, index: number) {
  const { at = 0, ...measured } = JOURNEYS[vehicleId]?.[index] ?? {};
  return { messageId: messageIdOf(vehicleId, Buffer.of(index)), recordedAt: START + at * 1000, ...measured };
}

export function readingOf(record: { judged: E.Judged }): E.BodyReading {
  if ('bad' in record.judged) throw new Error('not a reading');
  return record.judged.reading;
}

/** The n-th reading of a vehicle, counted from one as its order is. */
export function the<T extends { vehicleId: string }>(all: readonly T[], vehicleId: string, nth: number): T {
  const one = all.filter((it) => it.vehicleId === vehicleId)[nth - 1];
  if (one === undefined) throw new Error(`${vehicleId} has no number ${nth}`);
  return one;
}
