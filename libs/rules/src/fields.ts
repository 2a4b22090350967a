import type { Reading } from '@navora/schemas';

type Value = number | boolean | string | null | undefined;

/** The fields of a reading that a rule may name; anything else is looked for in its extras. */
const FIELDS: Readonly<Record<string, (reading: Reading) => Value>> = {
  sequence: (reading) => reading.sequence,
  speedKph: (reading) => reading.speedKph,
  fuelLevelPercent: (reading) => reading.fuelLevelPercent,
  engineTemperatureC: (reading) => reading.engineTemperatureC,
  cargoTemperatureC: (reading) => reading.cargoTemperatureC,
  ignitionOn: (reading) => reading.ignitionOn,
  latitude: (reading) => reading.location?.latitude,
  longitude: (reading) => reading.location?.longitude,
};

/** Fields of a reading that no rule can be about, whatever an extra of that name might be. */
const NOT_MEASURED = new Set(['messageId', 'vehicleId', 'recordedAt', 'location', 'extras']);

export type FieldKind = 'number' | 'boolean' | 'not-measured' | 'unknown';

/** What the schema says about a name. Of an extra only the vehicle knows. */
export function kindOfField(name: string): FieldKind {
  if (name === 'ignitionOn') return 'boolean';
  if (Object.hasOwn(FIELDS, name)) return 'number';
  return NOT_MEASURED.has(name) ? 'not-measured' : 'unknown';
}

/** In the field first, then in the extras: a producer may have sent it before our schema knew it. */
export function valueOf(reading: Reading, name: string): Value {
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  return field?.(reading) ?? (Object.hasOwn(reading.extras, name) ? reading.extras[name] : undefined);
}
