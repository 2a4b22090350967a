import type { Content, Value } from './evidence.js';

/** The names in which two readings differ, with both values; nothing when they say the same. */
export function differences(
  expected: Content,
  found: Content,
): { name: string; expected?: Value; found?: Value }[] {
  if (sameContent(expected, found)) return [];
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names]
    .map((name) => ({ name, expected: expected.get(name), found: found.get(name) }))
    .filter((one) => !sameValue(one.expected, one.found));
}

export function sameContent(one: Content, other: Content): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [name, value] of one) if (!sameValue(value, other.get(name))) return false;
  return true;
}

function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  return one === other || (Number.isNaN(one) && Number.isNaN(other));
}

/**
 * Puts what has no field of its own into the map: nested objects with dotted names, arrays as their JSON text,
 * nulls not at all.
 */
export function flattenInto(content: Map<string, Value>, name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    if (!content.has(name)) content.set(name, value);
  } else if (Array.isArray(value)) {
    flattenInto(content, name, JSON.stringify(value));
  } else if (Buffer.isBuffer(value)) {
    flattenInto(content, name, value.toString('base64'));
  } else if (typeof value === 'object') {
    for (const [inner, it] of Object.entries(value)) flattenInto(content, `${name}.${inner}`, it);
  }
}
