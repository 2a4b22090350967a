import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CassandraClient } from './client.js';

export interface MigrationOptions {
  keyspace: string;
  /** Folders of `NNN_name.cql` files, each owned by the app whose tables they make. */
  folders: { owner: string; path: string }[];
  /** CQL's replication map, such as `{'class': 'NetworkTopologyStrategy', 'datacenter1': 3}`. */
  replication: string;
  /** What `${name}` in a file stands for; `${keyspace}` is always known. */
  values?: Record<string, string>;
  onApplied?(name: string): void;
}

/** A migration file was changed after it had been applied. */
export class ChangedMigration extends Error {
  override name = 'ChangedMigration';
}

interface Migration {
  name: string;
  statements: string[];
  checksum: string;
}

/**
 * Makes the keyspace and applies, in order, the files that were not applied yet. Run by a command, never by a
 * running service. Statements must be repeatable (`IF NOT EXISTS`): a run that was cut short is simply run again.
 *
 * @returns how many files were applied.
 * @throws ChangedMigration
 */
export async function migrate(client: CassandraClient, options: MigrationOptions): Promise<number> {
  const { keyspace } = options;
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = ${options.replication}`,
    [],
    UNPREPARED,
  );
  await client.execute(
    `CREATE TABLE IF NOT EXISTS ${keyspace}.migrations (name text PRIMARY KEY, checksum text, applied_at timestamp)`,
    [],
    UNPREPARED,
  );
  const { rows } = await client.execute(`SELECT name, checksum FROM ${keyspace}.migrations`, [], UNPREPARED);
  const applied = new Map(rows.map((row) => [row['name'] as string, row['checksum'] as string]));
  let count = 0;
  for (const { name, statements, checksum } of migrationsOf(options)) {
    const before = applied.get(name);
    if (before === checksum) continue;
    if (before !== undefined)
      throw new ChangedMigration(
        `${name} was changed after it was applied to keyspace ${keyspace}: add a new file instead`,
      );
    for (const statement of statements) await client.execute(statement, [], UNPREPARED);
    await client.execute(
      `INSERT INTO ${keyspace}.migrations (name, checksum, applied_at) VALUES (?, ?, toTimestamp(now()))`,
      [name, checksum],
      { prepare: true },
    );
    options.onApplied?.(name);
    count++;
  }
  return count;
}

const UNPREPARED = { prepare: false };

export function migrationsOf({
  folders,
  keyspace,
  values,
}: Pick<MigrationOptions, 'folders' | 'keyspace' | 'values'>): Migration[] {
  return folders.flatMap(({ owner, path }) =>
    readdirSync(path)
      .filter((file) => file.endsWith('.cql'))
      .sort()
      .map((file) => {
        const text = readFileSync(join(path, file), 'utf8');
        return {
          name: `${owner}/${file}`,
          statements: statementsOf(substitute(text, { keyspace, ...values }, file)),
          checksum: createHash('sha256').update(text).digest('hex'),
        };
      }),
  );
}

function substitute(text: string, values: Record<string, string>, file: string): string {
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} names \${${name}}, which has no value`);
    return value;
  });
}

/** Statements end with a semicolon at the end of a line; comments start with `--`. */
function statementsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/--.*$/, ''))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
