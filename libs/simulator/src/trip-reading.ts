import { isVehicleId, parseMessageId, type Reading } from '@navora/schemas';
import { v5 as uuidV5 } from 'uuid';
import { BadValue, numberIn, scalarOf, timeOf, trueOrFalse, wholeNumber } from './trip-values.js';

/**
 * Namespace of replayed readings' ids: UUIDv5 over the JSON text of the line's non-empty fields as
 * `[column, text]` pairs, sorted by column. The same line is the same reading, wherever it stands.
 */
export const TRIP_NAMESPACE = 'a2b9d0f4-6c3e-5f7a-8d15-0b7c4e92d166';

/** Columns with a meaning of their own; all others become `extras`. */
const KNOWN = new Set([
  'messageId',
  'vehicleId',
  'recordedAt',
  'sequence',
  'latitude',
  'longitude',
  'speedKph',
  'fuelLevelPercent',
  'engineTemperatureC',
  'cargoTemperatureC',
  'ignitionOn',
]);

const LOWEST_C = -80;
const HIGHEST_C = 250;
const FASTEST_KPH = 400;

export type TripReading = { reading: Reading } | { problems: string[] };

/** @param fields the line's texts by column name, empty ones left out. */
export function tripReading(fields: ReadonlyMap<string, string>): TripReading {
  const problems: string[] = [];
  const read = <T>(column: string, parse: (text: string) => T): T | null => {
    const text = fields.get(column);
    if (text === undefined) return null;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      problems.push(`${column}: ${error.message}`);
      return null;
    }
  };
  const celsius = (text: string) => numberIn(text, LOWEST_C, HIGHEST_C);
  const latitude = read('latitude', (text) => numberIn(text, -90, 90));
  const longitude = read('longitude', (text) => numberIn(text, -180, 180));
  if (fields.has('latitude') !== fields.has('longitude')) {
    const [there, missing] = fields.has('latitude') ? ['latitude', 'longitude'] : ['longitude', 'latitude'];
    problems.push(`${missing}: missing, although there is a ${there}`);
  }
  for (const column of ['vehicleId', 'recordedAt']) {
    if (!fields.has(column)) problems.push(`${column}: missing`);
  }
  const reading: Reading = {
    messageId: read('messageId', messageIdOf) ?? stableId(fields),
    vehicleId: read('vehicleId', vehicleIdOf) ?? '',
    recordedAt: read('recordedAt', timeOf) ?? 0,
    sequence: read('sequence', wholeNumber),
    location: latitude === null || longitude === null ? null : { latitude, longitude },
    speedKph: read('speedKph', (text) => numberIn(text, 0, FASTEST_KPH)),
    fuelLevelPercent: read('fuelLevelPercent', (text) => numberIn(text, 0, 100)),
    engineTemperatureC: read('engineTemperatureC', celsius),
    cargoTemperatureC: read('cargoTemperatureC', celsius),
    ignitionOn: read('ignitionOn', trueOrFalse),
    extras: extrasOf(fields),
  };
  return problems.length > 0 ? { problems } : { reading };
}

/** The JSON of a replayed reading: what the line does not have is left out. */
export function tripJson(reading: Reading): Buffer {
  const { extras, recordedAt, ...known } = reading;
  const present = Object.entries(known).filter(([, value]) => value !== null);
  const [messageId, vehicleId, ...measured] = present;
  const time = ['recordedAt', new Date(recordedAt).toISOString()];
  const entries = [messageId, vehicleId, time, ...measured, ...Object.entries(extras)];
  return Buffer.from(JSON.stringify(Object.fromEntries(entries.filter((entry) => entry !== undefined))));
}

function stableId(fields: ReadonlyMap<string, string>): string {
  return uuidV5(JSON.stringify(sorted(fields)), TRIP_NAMESPACE);
}

/** In the order of their names, so that a file with other column order gives the same bytes. */
function extrasOf(fields: ReadonlyMap<string, string>): Reading['extras'] {
  const extras = sorted(fields).filter(([column]) => !KNOWN.has(column));
  return Object.fromEntries(extras.map(([column, text]) => [column, scalarOf(text)]));
}

function sorted(fields: ReadonlyMap<string, string>): [string, string][] {
  return [...fields].sort(([one], [other]) => (one < other ? -1 : 1));
}

function vehicleIdOf(text: string): string {
  if (!isVehicleId(text)) {
    throw new BadValue(`"${text}" is not a vehicle id: letters, digits, _ and -, at most 64`);
  }
  return text;
}

function messageIdOf(text: string): string {
  const id = parseMessageId(text);
  if (id === undefined) throw new BadValue(`"${text}" is not a UUID`);
  return id;
}
