import type { Reading } from '@navora/schemas';
import type { ReadingRow } from './reading-row.js';

type Value = number | boolean | string;

/** A row that was there before us, as far as its content and its first delivery matter. */
export interface StoredReading {
  content: Map<string, Value>;
  clockSuspect: boolean;
  receivedAt: number;
  origin: ReadingRow['origin'];
}

/** What was measured, as one flat map: a field that was an extra in an earlier schema has the same name there. */
export function contentOf(reading: Reading): Map<string, Value> {
  const content = new Map<string, Value>(Object.entries(reading.extras));
  const add = (name: string, value: Value | null | undefined) => {
    if (value !== null && value !== undefined) content.set(name, value);
  };
  add('sequence', reading.sequence);
  add('latitude', reading.location?.latitude);
  add('longitude', reading.location?.longitude);
  add('speedKph', reading.speedKph);
  add('fuelLevelPercent', reading.fuelLevelPercent);
  add('engineTemperatureC', reading.engineTemperatureC);
  add('cargoTemperatureC', reading.cargoTemperatureC);
  add('ignitionOn', reading.ignitionOn);
  return content;
}

/**
 * The first name on which two readings of one identity disagree, or undefined when they are the same reading.
 * A name on one side only is no disagreement: schema versions and encodings differ in what they carry.
 */
export function disagreement(ours: Map<string, Value>, theirs: Map<string, Value>): string | undefined {
  for (const [name, value] of ours) {
    const other = theirs.get(name);
    if (other !== undefined && !sameValue(value, other)) return name;
  }
  return undefined;
}

/** Numbers are compared in the narrower type: a writer with 32-bit floats sent the same measurement. */
function sameValue(a: Value, b: Value): boolean {
  if (a === b || typeof a !== 'number' || typeof b !== 'number') return a === b;
  const isFloat = (value: number) => Math.fround(value) === value;
  return (isFloat(a) || isFloat(b)) && Math.fround(a) === Math.fround(b);
}
