import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { incompatibilities, type AvroSchema, type Incompatibility } from '@navora/schemas';
import { CommandFailure } from './failure.js';

/** A version that vehicles may be writing with, and so is never changed. */
export interface Release {
  version: number;
  file: string;
  schema: AvroRecord;
}

export type AvroRecord = AvroSchema & { name: string; namespace?: string };

/** What is wrong with a version beside one that is released. */
export interface Violation extends Incompatibility {
  /** Of the released one. */
  version: number;
}

/** The schemas of a source tree: those that are worked on in `avro/`, the released ones in `released/<name>/<version>.avsc`. */
export class SchemaTree {
  constructor(readonly folder: string) {}

  /** Names of the schemas that are worked on. */
  get names(): string[] {
    return namesOf(readdirSync(join(this.folder, 'avro')));
  }

  current(name: string): AvroRecord {
    return readSchema(join(this.folder, 'avro', `${name}.avsc`));
  }

  /** From the first one on. */
  releases(name: string): Release[] {
    const folder = join(this.folder, 'released', name);
    if (!existsSync(folder)) return [];
    return namesOf(readdirSync(folder))
      .map((version) => ({ version: Number(version), file: join(folder, `${version}.avsc`) }))
      .sort((one, other) => one.version - other.version)
      .map(({ version, file }) => ({ version, file, schema: readSchema(file) }));
  }

  /** Released files that are not what they were when they were released, in a sentence each. */
  changedReleases(): string[] {
    const sums = join(this.folder, 'released', 'SHA256SUMS');
    const known = new Map(
      readFileSync(sums, 'utf8')
        .split('\n')
        .flatMap((line) => {
          const [, sum, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
          return sum && file ? [[file, sum] as const] : [];
        }),
    );
    const present = this.releasedFiles();
    return [
      ...[...known.keys()].filter((file) => !present.includes(file)).map((file) => `${file} is gone`),
      ...present.filter((file) => !known.has(file)).map((file) => `${file} is not in SHA256SUMS`),
      ...present
        .filter((file) => known.has(file) && known.get(file) !== this.sumOf(file))
        .map((file) => `${file} was changed after its release`),
    ];
  }

  private releasedFiles(): string[] {
    const folder = join(this.folder, 'released');
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`))
      .sort();
  }

  private sumOf(file: string): string {
    return createHash('sha256')
      .update(readFileSync(join(this.folder, 'released', file)))
      .digest('hex');
  }
}

/** All released versions count: a vehicle may be years behind. */
export function violationsOf(schema: AvroRecord, releases: readonly Release[]): Violation[] {
  return releases.flatMap((release) =>
    incompatibilities(release.schema, schema).map((found) => ({ ...found, version: release.version })),
  );
}

/** The same but for its documentation and the order of its keys. */
export function isSame(one: AvroSchema, other: AvroSchema): boolean {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

export function fullNameOf({ name, namespace }: AvroRecord): string {
  return name.includes('.') || !namespace ? name : `${namespace}.${name}`;
}

/** @throws CommandFailure that names the file and what is wrong with it. */
export function readSchema(file: string): AvroRecord {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return schemaFrom(text, file);
}

export function schemaFrom(text: string, origin: string): AvroRecord {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(`${origin} is no JSON: ${(error as Error).message}`);
  }
  const isRecord =
    typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'record';
  if (!isRecord || !('name' in (schema as object)))
    throw new CommandFailure(`${origin} is no schema of a record: it needs "type": "record" and a name`);
  return schema as AvroRecord;
}

function namesOf(files: string[]): string[] {
  return files
    .filter((file) => file.endsWith('.avsc'))
    .map((file) => basename(file, '.avsc'))
    .sort();
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
