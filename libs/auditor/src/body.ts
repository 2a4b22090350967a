import { flattenInto } from './content.js';
import type { DeadLetterReason, Judged, Value } from './evidence.js';
import { messageIdOf } from './ids.js';

export const LARGEST_BODY = 64 * 1024;

/** ms since 1970: the years 1 to 9999. */
const [FIRST_DATE, LAST_DATE] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const LARGEST_SEQUENCE = 4_503_599_627_370_496;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ISO_WITH_ZONE =
  /^(?<date>(?:\d{4}|[+-]\d{6})-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const NUMBERS = ['speedKph', 'fuelLevelPercent', 'engineTemperatureC', 'cargoTemperatureC'];
const KNOWN = new Set([
  'messageId',
  'vehicleId',
  'recordedAt',
  'sequence',
  'location',
  'ignitionOn',
  'extras',
  ...NUMBERS,
]);

/** A body the contract gives up, and the reason it would give. */
export class BadBody extends Error {
  constructor(
    readonly reason: DeadLetterReason,
    detail: string,
  ) {
    super(detail);
  }
}

/** What a JSON body says, sent under this vehicle's topic. */
export function judgeJson(body: Uint8Array, vehicleId: string): Judged {
  return judging(() => {
    if (body.length === 0) throw new BadBody('empty-body', 'no body');
    if (body.length > LARGEST_BODY) throw new BadBody('body-too-large', `${body.length} bytes`);
    return understand(parse(body), vehicleId, body);
  });
}

export function judging(reading: () => Judged): Judged {
  try {
    return reading();
  } catch (error) {
    if (error instanceof BadBody) return { bad: error.reason, detail: error.message };
    throw error;
  }
}

/** A decoded body, JSON or Avro alike: identity, time and one flat map of what was measured. */
export function understand(fields: unknown, vehicleId: string, body: Uint8Array): Judged {
  if (!isObject(fields)) throw new BadBody('malformed-body', 'not an object');
  const messageId = fields['messageId'] ?? messageIdOf(vehicleId, body);
  if (typeof messageId !== 'string' || !UUID.test(messageId)) throw malformed('messageId', messageId);
  const named = fields['vehicleId'] ?? vehicleId;
  if (typeof named !== 'string') throw malformed('vehicleId', named);
  if (named !== vehicleId) throw new BadBody('vehicle-mismatch', `the body says ${named}, not ${vehicleId}`);
  const recordedAt = timeOf(fields['recordedAt']);
  return {
    reading: { vehicleId, messageId: messageId.toLowerCase(), recordedAt, content: contentOf(fields) },
  };
}

function contentOf(fields: Record<string, unknown>): Map<string, Value> {
  const content = new Map<string, Value>();
  const take = (name: string, type: 'number' | 'boolean') => {
    const value = fields[name];
    if (value === null || value === undefined) return;
    if ((typeof value !== 'number' && typeof value !== 'boolean') || typeof value !== type)
      throw malformed(name, value);
    content.set(name, value);
  };
  take('sequence', 'number');
  const sequence = content.get('sequence');
  if (
    sequence !== undefined &&
    !(Number.isInteger(sequence) && Math.abs(Number(sequence)) <= LARGEST_SEQUENCE)
  )
    throw malformed('sequence', sequence);
  for (const name of NUMBERS) take(name, 'number');
  take('ignitionOn', 'boolean');
  takeLocation(content, fields['location']);
  for (const [name, value] of Object.entries(fields)) if (!KNOWN.has(name)) flattenInto(content, name, value);
  const extras = fields['extras'] ?? {};
  if (!isObject(extras)) throw malformed('extras', extras);
  for (const [name, value] of Object.entries(extras)) flattenInto(content, name, value);
  for (const [name, value] of content) {
    if (typeof value === 'number' && !Number.isFinite(value)) throw malformed(name, value);
  }
  return content;
}

function takeLocation(content: Map<string, Value>, location: unknown): void {
  if (location === null || location === undefined) return;
  if (!isObject(location)) throw malformed('location', location);
  for (const name of ['latitude', 'longitude']) {
    const value = location[name];
    if (typeof value !== 'number') throw malformed(`location.${name}`, value);
    content.set(`location.${name}`, value);
  }
  flattenInto(content, 'location', location);
}

function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? isoTime(value) : value;
  if (typeof time !== 'number' || !Number.isInteger(time) || time < FIRST_DATE || time > LAST_DATE)
    throw malformed('recordedAt', value);
  return time;
}

/** A day the calendar does not have would be taken for one of the next month: it comes back as another day. */
function isoTime(text: string): number | undefined {
  const date = ISO_WITH_ZONE.exec(text)?.groups?.['date'];
  if (date === undefined) return undefined;
  const midnight = new Date(`${date}T00:00:00Z`);
  const isOfTheCalendar = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return isOfTheCalendar ? Date.parse(text.replace(',', '.')) : undefined;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new BadBody('malformed-body', 'not JSON');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(field: string, found: unknown): BadBody {
  return new BadBody(
    'malformed-body',
    `${field} is ${found === undefined ? 'missing' : typeof found === 'number' ? found : JSON.stringify(found)}`,
  );
}
