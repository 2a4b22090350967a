/** Decoded bodies and table rows come untyped; these read them without believing in their shape. */
export type Fields = unknown;

export function field(fields: Fields, name: string): unknown {
  return typeof fields === 'object' && fields !== null
    ? Object.getOwnPropertyDescriptor(fields, name)?.value
    : undefined;
}

export function textIn(fields: Fields, name: string): string {
  return optionalText(fields, name) ?? '';
}

/** Text of whatever stands there, which may be a UUID object. */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = field(fields, name);
  return value === null || value === undefined ? undefined : String(value);
}

export function numberIn(fields: Fields, name: string): number {
  return optionalNumber(fields, name) ?? NaN;
}

/** Numbers, bigints and dates (as ms since 1970). */
export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = field(fields, name);
  return value === null || value === undefined ? undefined : Number(value);
}

export function bigintIn(fields: Fields, name: string): bigint {
  const value = field(fields, name);
  return typeof value === 'bigint' || typeof value === 'number' ? BigInt(value) : -1n;
}

export function listOf(fields: Fields, name: string): readonly Fields[] {
  const value: unknown = field(fields, name);
  return Array.isArray(value) ? value : [];
}
