import { fullNameOf, incompatibilities, type AvroRecord, type Incompatibility } from '@navora/schemas';
import { CommandFailure } from './failure.js';

/** A version that vehicles may be writing with, and so is never changed. */
export interface Release {
  version: number;
  schema: AvroRecord;
}

/** What is wrong with a schema beside one that is released. */
export interface Violation extends Incompatibility {
  /** Of the released one. */
  version: number;
}

/** A schema beside all that was released before it: a vehicle may be years behind. */
export interface Finding {
  /** Where the schema comes from: a file, or its name in the source tree. */
  schema: string;
  record: string;
  /** Of the release it is the same as; null when it is none yet. */
  version: number | null;
  /** The releases it was compared with. */
  comparedWith: number[];
  violations: Violation[];
}

export function findingOn(what: string, schema: AvroRecord, releases: readonly Release[]): Finding {
  return {
    schema: what,
    record: fullNameOf(schema),
    version: releases.findLast((release) => isSame(release.schema, schema))?.version ?? null,
    comparedWith: releases.map(({ version }) => version),
    violations: releases.flatMap((release) =>
      incompatibilities(release.schema, schema).map((found) => ({ ...found, version: release.version })),
    ),
  };
}

/** @throws CommandFailure that says what is wrong, and what to do instead. */
export function requireCompatible(finding: Finding): void {
  if (finding.violations.length > 0) throw new CommandFailure(linesOf(finding).join('\n'));
}

export function linesOf({ schema, record, version, comparedWith, violations }: Finding): string[] {
  const what = `${schema} (${record})`;
  if (violations.length > 0) {
    const versions = [...new Set(violations.map((each) => each.version))];
    return [
      `${what}: does not go with ${listed(versions)}`,
      ...violations.flatMap((each) => [
        `  beside version ${each.version}: ${each.sentence}`,
        `    instead: ${each.instead}`,
      ]),
    ];
  }
  if (version !== null) return [`${what}: version ${version}`];
  return [
    `${what}: new, ${comparedWith.length === 0 ? 'nothing is released yet' : `goes with ${listed(comparedWith)}`}`,
  ];
}

function listed(versions: readonly number[]): string {
  return `version${versions.length > 1 ? 's' : ''} ${versions.join(', ')}`;
}

/** The same but for its documentation and the order of its keys. */
export function isSame(one: AvroRecord, other: AvroRecord): boolean {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== 'doc')
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => [key, plain(value)]),
  );
}
