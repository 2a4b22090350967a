import { isUtf8 } from 'node:buffer';
import {
  derivedMessageId,
  isSequence,
  parseMessageId,
  rejected,
  type Location,
  type Reading,
  type Rejection,
  type VehicleId,
} from '@navora/schemas';
import { DEEPEST, Extras } from './json-extras.js';
import { nestsDeeperThan } from './json-nesting.js';
import { timeOf } from './recorded-at.js';

type Fields = Record<string, unknown>;

/** The body itself, and an object of ours around what we do not know. */
const OUR_LEVELS = 2;

/** Where the first thing was wrong, what was expected there and what was found. */
class Trouble {
  first: string | undefined;

  at(path: string, expected: string, found: unknown): void {
    this.first ??= `${path}: expected ${expected}, found ${shown(found)}`;
  }
}

/**
 * Reads a JSON body as docs/contracts.md has it: strict about the fields we know, and keeping those we do not
 * in `extras`.
 */
export function readJson(
  body: Buffer,
  vehicleId: VehicleId,
): { reading: Reading } | { rejection: Rejection } {
  // Lenient decoding would replace bad bytes, and so store what no vehicle sent.
  if (!isUtf8(body)) return rejected('malformed-body', 'the body is not UTF-8');
  if (nestsDeeperThan(DEEPEST + OUR_LEVELS, body)) {
    return rejected('malformed-body', `the body: expected at most ${DEEPEST} levels, found more`);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(body.toString());
  } catch (error) {
    return rejected(
      'malformed-body',
      `the body is not JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!isObject(fields)) {
    return rejected('malformed-body', `the body: expected an object, found ${shown(fields)}`);
  }
  const trouble = new Trouble();
  const messageId = messageIdOf(fields['messageId'], trouble) ?? derivedMessageId(vehicleId, body);
  const named = fields['vehicleId'] ?? vehicleId;
  if (typeof named !== 'string') trouble.at('vehicleId', 'a text', named);
  else if (named !== vehicleId && trouble.first === undefined) {
    return rejected(
      'vehicle-mismatch',
      `vehicleId: expected ${vehicleId}, as the topic says, found ${shown(named)}`,
    );
  }
  const reading: Reading = {
    messageId,
    vehicleId,
    recordedAt: recordedAtOf(fields['recordedAt'], trouble),
    sequence: sequenceOf(fields['sequence'], trouble),
    location: locationOf(fields['location'], trouble),
    speedKph: numberOf(fields, 'speedKph', trouble),
    fuelLevelPercent: numberOf(fields, 'fuelLevelPercent', trouble),
    engineTemperatureC: numberOf(fields, 'engineTemperatureC', trouble),
    cargoTemperatureC: numberOf(fields, 'cargoTemperatureC', trouble),
    ignitionOn: booleanOf(fields['ignitionOn'], trouble),
    extras: extrasOf(fields, trouble),
  };
  return trouble.first === undefined ? { reading } : rejected('malformed-body', trouble.first);
}

const KNOWN_FIELDS: Record<keyof Reading, true> = {
  messageId: true,
  vehicleId: true,
  recordedAt: true,
  sequence: true,
  location: true,
  speedKph: true,
  fuelLevelPercent: true,
  engineTemperatureC: true,
  cargoTemperatureC: true,
  ignitionOn: true,
  extras: true,
};

function extrasOf(fields: Fields, trouble: Trouble): Reading['extras'] {
  const extras = new Extras();
  const add = (name: string, value: unknown) => {
    const wrong = extras.add(name, value);
    if (wrong !== undefined) trouble.first ??= wrong;
  };
  const own = fields['extras'] ?? {};
  if (isObject(own)) for (const name in own) add(name, own[name]);
  else trouble.at('extras', 'an object', own);
  for (const name in fields) if (!Object.hasOwn(KNOWN_FIELDS, name)) add(name, fields[name]);
  const location = fields['location'];
  if (isObject(location)) {
    for (const name in location) {
      if (name !== 'latitude' && name !== 'longitude') add(`location.${name}`, location[name]);
    }
  }
  return extras.values;
}

function messageIdOf(value: unknown, trouble: Trouble): string | undefined {
  if (value === undefined || value === null) return undefined;
  const id = typeof value === 'string' ? parseMessageId(value) : undefined;
  if (id === undefined) trouble.at('messageId', 'a UUID', value);
  return id;
}

function recordedAtOf(value: unknown, trouble: Trouble): number {
  const time = timeOf(value);
  if (time === undefined) {
    trouble.at(
      'recordedAt',
      'ISO 8601 with a zone, or whole milliseconds since 1970, in the years 1 to 9999',
      value,
    );
  }
  return time ?? 0;
}

function sequenceOf(value: unknown, trouble: Trouble): number | null {
  if (value === undefined || value === null) return null;
  if (isSequence(value)) return value;
  trouble.at('sequence', 'a whole number of at most 2^52', value);
  return null;
}

function numberOf(fields: Fields, name: string, trouble: Trouble, path = name): number | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  // JSON has no infinity, but 1e999 becomes one.
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  trouble.at(path, 'a number', value);
  return null;
}

function booleanOf(value: unknown, trouble: Trouble): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  trouble.at('ignitionOn', 'true or false', value);
  return null;
}

function locationOf(value: unknown, trouble: Trouble): Location | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) {
    trouble.at('location', 'an object', value);
    return null;
  }
  const latitude = numberOf(value, 'latitude', trouble, 'location.latitude');
  const longitude = numberOf(value, 'longitude', trouble, 'location.longitude');
  if (latitude === null) trouble.at('location.latitude', 'a number', value['latitude']);
  if (longitude === null) trouble.at('location.longitude', 'a number', value['longitude']);
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (isObject(value)) return 'an object';
  if (typeof value === 'string') return `"${value.length > 64 ? `${value.slice(0, 64)}…` : value}"`;
  return String(value);
}
