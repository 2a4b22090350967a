type Keys = Record<string, unknown>;

/** What is about verdicts that follow each other: silence has none. */
export const TIMING = ['for', 'clearFor', 'repeat', 'maxGap', 'reopenWithin'] as const;

export const KINDS = [
  'above',
  'below',
  'outside',
  'inside',
  'equals',
  'silentFor',
  'allOf',
  'anyOf',
] as const;

/** Whether the condition is about a measurement, and not about a place or other conditions. */
export function isMeasured(terms: Keys): boolean {
  return (
    Object.hasOwn(terms, 'above') ||
    Object.hasOwn(terms, 'below') ||
    Object.hasOwn(terms, 'equals') ||
    Array.isArray(terms['outside'])
  );
}

/**
 * A rule as it is for a group: its keys, and over them those of the override. One that brings a condition takes
 * the place of the rule's, `clear` included; likewise `for` and `repeat`, of which there is one at most.
 */
export function laidOver(rule: Keys, override: Keys): Keys {
  const dropped = new Set<string>(['id', 'off', 'overrides']);
  if (KINDS.some((kind) => Object.hasOwn(override, kind))) {
    for (const kind of KINDS) dropped.add(kind);
    dropped.add('clear');
    if (!isMeasured(override)) dropped.add('measurement');
  }
  if (Object.hasOwn(override, 'silentFor')) for (const key of TIMING) dropped.add(key);
  if (Object.hasOwn(override, 'repeat')) dropped.add('for');
  if (Object.hasOwn(override, 'for')) dropped.add('repeat');
  const kept = Object.entries(rule).filter(([key]) => !dropped.has(key));
  return { ...Object.fromEntries(kept), ...override };
}
