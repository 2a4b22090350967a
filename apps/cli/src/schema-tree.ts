import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fullNameOf, type AvroRecord } from '@navora/schemas';
import { readSchema } from './schema-file.js';
import type { Release } from './schema-findings.js';
import { workspaceRoot } from './workspace.js';

/** Of this version of ours. */
export const OWN_TREE = join(workspaceRoot, 'libs/schemas');

/**
 * The schemas of a source tree: those that are worked on in `avro/`, the released ones in
 * `released/<name>/<version>.avsc`, with the checksums of these in `released/SHA256SUMS`.
 */
export class SchemaTree {
  constructor(private readonly folder: string) {}

  /** Names of the schemas that are worked on. */
  get names(): string[] {
    return namesOf(readdirSync(join(this.folder, 'avro')));
  }

  current(name: string): AvroRecord {
    return readSchema(this.currentFile(name));
  }

  /** Name of the schema by its record's full name. */
  get nameOfRecord(): ReadonlyMap<string, string> {
    return new Map(this.names.map((name) => [fullNameOf(this.current(name)), name]));
  }

  /** From the first one on. */
  releases(name: string): Release[] {
    const folder = this.released(name);
    if (!existsSync(folder)) return [];
    return namesOf(readdirSync(folder))
      .map(Number)
      .sort((one, other) => one - other)
      .map((version) => ({ version, schema: readSchema(join(folder, `${version}.avsc`)) }));
  }

  /** Keeps the schema as it is now as that version. @returns the file, as it stands in the checksums. */
  release(name: string, version: number): string {
    const file = `${name}/${version}.avsc`;
    mkdirSync(this.released(name), { recursive: true });
    writeFileSync(this.released(file), readFileSync(this.currentFile(name)), { flag: 'wx' });
    appendFileSync(this.released('SHA256SUMS'), `${this.sumOf(file)}  ${file}\n`);
    return file;
  }

  /** Released files that are not what they were when they were released, in a sentence each. */
  changedReleases(): string[] {
    const known = this.knownSums();
    const present = this.releasedFiles();
    return [
      ...[...known.keys()].filter((file) => !present.includes(file)).map((file) => `${file} is gone`),
      ...present.filter((file) => !known.has(file)).map((file) => `${file} is not in SHA256SUMS`),
      ...present
        .filter((file) => known.has(file) && known.get(file) !== this.sumOf(file))
        .map((file) => `${file} was changed after its release`),
    ];
  }

  /** Checksum by file, as `sha256sum` writes them. */
  private knownSums(): Map<string, string> {
    const lines = readFileSync(this.released('SHA256SUMS'), 'utf8').split('\n');
    return new Map(
      lines.flatMap((line) => {
        const [, sum, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
        return sum && file ? [[file, sum] as const] : [];
      }),
    );
  }

  private releasedFiles(): string[] {
    return readdirSync(this.released(), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readdirSync(this.released(name)).map((file) => `${name}/${file}`))
      .sort();
  }

  private sumOf(file: string): string {
    return createHash('sha256')
      .update(readFileSync(this.released(file)))
      .digest('hex');
  }

  private currentFile(name: string): string {
    return join(this.folder, 'avro', `${name}.avsc`);
  }

  private released(...path: string[]): string {
    return join(this.folder, 'released', ...path);
  }
}

function namesOf(files: string[]): string[] {
  return files
    .filter((file) => file.endsWith('.avsc'))
    .map((file) => basename(file, '.avsc'))
    .sort();
}
