import type { CaseFile } from './case-file.js';
import type { Content, Value } from './evidence.js';
import { differences } from './content.js';
import type { Invariant } from './invariants.js';

/** One thing that should not be: what, where, and what should stand there instead. */
export interface Witness {
  readonly what: string;
  readonly vehicleId?: string;
  readonly messageId?: string;
  /** topic/partition/offset, or the table */
  readonly at?: string;
  readonly expected?: string;
  readonly found?: string;
  /** ms since 1970: when its reading was sent; else when the thing itself came to be. */
  readonly time?: number;
}

/** One promise, judged by itself: whatever `find` yields breaks it. */
export interface Check {
  readonly name: string;
  readonly invariant: Invariant;
  readonly promise: string;
  /** Means nothing while consumers are still behind. */
  readonly needsQuiet?: boolean;
  /** What it finds is somebody else's to answer for: told, but not held against Navora. */
  readonly notOurs?: boolean;
  find(file: CaseFile): Iterable<Witness>;
}

/** The first difference as expected and found, and how many more there are. */
export function describeDifferences(
  expected: Content,
  found: Content,
): { expected: string; found: string } | undefined {
  const [first, ...more] = differences(expected, found);
  if (first === undefined) return undefined;
  const text = (value: Value | undefined) =>
    `${first.name} = ${value === undefined ? 'nothing' : JSON.stringify(value)}`;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return { expected: text(first.expected), found: `${text(first.found)}${rest}` };
}

/** Fields of any two records side by side, in the form the witnesses use. */
export function fieldDifferences<T extends object>(
  expected: T,
  found: T,
  names: readonly (keyof T & string)[],
) {
  if (names.every((name) => expected[name] === found[name])) return undefined;
  const flat = (of: T): Content => {
    const content = new Map<string, Value>();
    for (const name of names) {
      const value: unknown = of[name];
      if (value !== undefined && value !== null)
        content.set(name, typeof value === 'bigint' ? String(value) : asValue(value));
    }
    return content;
  };
  return describeDifferences(flat(expected), flat(found));
}

function asValue(value: unknown): Value {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

export const atTime = (ms: number) =>
  Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(ms);
