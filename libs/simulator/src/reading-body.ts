import type { Reading } from '@navora/schemas';
import type { VehicleProfile } from './vehicle-profile.js';
import type { ExtraValue, Measurements } from './vehicle.js';

/** Writes a reading in the Confluent wire format. */
export type AvroEncoder = (reading: Reading) => Buffer;

export interface ReadingHead {
  messageId: string;
  vehicleId: string;
  /** By the vehicle's clock, ms since 1970. */
  recordedAt: number;
  sequence: number;
}

const MEASURED = [
  'location',
  'speedKph',
  'fuelLevelPercent',
  'engineTemperatureC',
  'cargoTemperatureC',
] as const;

/** The JSON that this vehicle's device writes: devices differ in what they leave out and how they write time. */
export function jsonBody(profile: VehicleProfile, head: ReadingHead, measured: Measurements): Buffer {
  const { recordedAt } = head;
  const body: Record<string, unknown> = { messageId: head.messageId };
  if (profile.namesItself) body['vehicleId'] = head.vehicleId;
  body['recordedAt'] = profile.timeFormat === 'ms' ? recordedAt : new Date(recordedAt).toISOString();
  if (profile.countsReadings) body['sequence'] = head.sequence;
  for (const name of MEASURED) {
    const value = measured[name];
    if (value !== undefined) body[name] = value;
    else if (profile.missing === 'null') body[name] = null;
  }
  if (measured.ignitionOn !== undefined) body['ignitionOn'] = measured.ignitionOn;
  Object.assign(body, measured.extras);
  return Buffer.from(JSON.stringify(body));
}

export function readingOf(profile: VehicleProfile, head: ReadingHead, measured: Measurements): Reading {
  return {
    messageId: head.messageId,
    vehicleId: head.vehicleId,
    recordedAt: head.recordedAt,
    sequence: profile.countsReadings ? head.sequence : null,
    location: measured.location ?? null,
    speedKph: measured.speedKph,
    fuelLevelPercent: measured.fuelLevelPercent ?? null,
    engineTemperatureC: measured.engineTemperatureC ?? null,
    cargoTemperatureC: measured.cargoTemperatureC ?? null,
    ignitionOn: measured.ignitionOn ?? null,
    extras: flattened(measured.extras),
  };
}

/** Avro's map holds scalars only, so a nested value gets a dotted name, as the contract has it. */
function flattened(extras: Record<string, ExtraValue>, prefix = ''): Reading['extras'] {
  const flat: Reading['extras'] = {};
  for (const [name, value] of Object.entries(extras)) {
    if (typeof value === 'object') Object.assign(flat, flattened(value, `${prefix}${name}.`));
    else flat[prefix + name] = value;
  }
  return flat;
}
