import type { types } from 'cassandra-driver';
import type { AlertHistoryRow, AlertRow, BodyReading, Row, Span, Value } from './evidence.js';
import { bigintIn, field, numberIn, optionalNumber, optionalText, textIn } from './fields.js';
import { flattenInto } from './content.js';
import { understand } from './body.js';

const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['sequence', 'sequence'],
  ['location.latitude', 'latitude'],
  ['location.longitude', 'longitude'],
  ['speedKph', 'speed_kph'],
  ['fuelLevelPercent', 'fuel_level_percent'],
  ['engineTemperatureC', 'engine_temperature_c'],
  ['cargoTemperatureC', 'cargo_temperature_c'],
]);

export function readingIn(row: types.Row): Row {
  return {
    vehicleId: textIn(row, 'vehicle_id'),
    messageId: textIn(row, 'message_id').toLowerCase(),
    recordedAt: numberIn(row, 'recorded_at'),
    shard: numberIn(row, 'shard'),
    bucket: numberIn(row, 'bucket'),
    content: contentIn(row),
    clockSuspect: field(row, 'clock_suspect') === true,
    receivedAt: numberIn(row, 'received_at'),
    origin: {
      topic: textIn(row, 'origin_topic'),
      partition: numberIn(row, 'origin_partition'),
      offset: bigintIn(row, 'origin_offset'),
    },
    writtenAt: writeTimesIn(row),
  };
}

const CELLS = [
  ...COLUMNS.values(),
  ...['ignition_on', 'extras', 'clock_suspect', 'received_at'],
  ...['origin_topic', 'origin_partition', 'origin_offset'],
];

/** What `readingIn` needs: the row and when each of its cells was written. */
export const READING_COLUMNS = [
  ...['shard', 'bucket', 'vehicle_id', 'recorded_at', 'message_id'],
  ...CELLS,
  ...CELLS.map((cell) => `writetime(${cell}) AS ${cell}_written`),
].join(', ');

/** Cassandra counts in microseconds; an absent value has no write time. */
function writeTimesIn(row: types.Row): Span {
  let from = Infinity;
  let to = -Infinity;
  for (const cell of CELLS) {
    const writtenAt = optionalNumber(row, `${cell}_written`);
    if (writtenAt === undefined) continue;
    if (writtenAt < from) from = writtenAt;
    if (writtenAt > to) to = writtenAt;
  }
  return { from: from / 1000, to: to / 1000 };
}

function contentIn(row: types.Row): Map<string, Value> {
  const content = new Map<string, Value>();
  for (const [name, column] of COLUMNS) {
    const value = optionalNumber(row, column);
    if (value !== undefined) content.set(name, value);
  }
  const ignitionOn = field(row, 'ignition_on');
  if (typeof ignitionOn === 'boolean') content.set('ignitionOn', ignitionOn);
  const extras = field(row, 'extras');
  if (extras instanceof Map)
    for (const [name, text] of extras) flattenInto(content, String(name), jsonOr(String(text)));
  return content;
}

/** A state nobody can read is a state that says nothing; the row of its table is there all the same. */
export function stateIn(row: types.Row): BodyReading {
  const vehicleId = textIn(row, 'vehicle_id');
  const text = textIn(row, 'state');
  try {
    const judged = understand(jsonOr(text), vehicleId, Buffer.from(text));
    if ('reading' in judged) return judged.reading;
  } catch {
    // falls through to the empty state
  }
  return { vehicleId, messageId: 'unreadable', recordedAt: NaN, content: new Map() };
}

export function alertIn(row: types.Row, id: string): AlertRow {
  const optional = {
    severity: optionalText(row, 'severity'),
    value: optionalNumber(row, 'value'),
    clearedAt: optionalNumber(row, 'cleared_at'),
    clearedBy: optionalText(row, 'cleared_by')?.toLowerCase(),
    clearedValue: optionalNumber(row, 'cleared_value'),
    reopenedAt: optionalNumber(row, 'reopened_at'),
    reopenedBy: optionalText(row, 'reopened_by')?.toLowerCase(),
    reopenedValue: optionalNumber(row, 'reopened_value'),
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    vehicleId: textIn(row, 'vehicle_id'),
    id: textIn(row, id).toLowerCase(),
    rule: textIn(row, 'rule'),
    status: textIn(row, 'status'),
    late: field(row, 'late') === true,
    measurement: textIn(row, 'measurement'),
    openedAt: numberIn(row, 'opened_at'),
    openedBy: textIn(row, 'opened_by').toLowerCase(),
    ...Object.fromEntries(present),
  };
}

export function alertHistoryIn(row: types.Row): AlertHistoryRow {
  const value = optionalNumber(row, 'value');
  return {
    vehicleId: textIn(row, 'vehicle_id'),
    alertId: textIn(row, 'alert_id').toLowerCase(),
    transition: textIn(row, 'transition'),
    at: numberIn(row, 'at'),
    messageId: textIn(row, 'message_id').toLowerCase(),
    ...(value === undefined ? {} : { value }),
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
