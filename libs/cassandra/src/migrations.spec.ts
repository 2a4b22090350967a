import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { migrationsOf } from './migrations.js';

const folderWith = (files: Record<string, string>) => {
  const path = mkdtempSync(join(tmpdir(), 'navora-migrations-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return [{ owner: 'processor', path }];
};

it('reads files in order, statement by statement, with values in place of names', () => {
  const folders = folderWith({
    '002_b.cql': 'CREATE TABLE ${keyspace}.b (id int PRIMARY KEY);\n',
    '001_a.cql':
      "-- a comment; with a semicolon\nCREATE TABLE ${keyspace}.a (id int PRIMARY KEY) WITH comment = 'x';\n\nINSERT INTO ${keyspace}.a (id) VALUES (${first});",
    'notes.txt': 'not a migration',
  });
  expect(migrationsOf({ folders, keyspace: 'k', values: { first: '7' } })).toMatchObject([
    {
      name: 'processor/001_a.cql',
      statements: [
        "CREATE TABLE k.a (id int PRIMARY KEY) WITH comment = 'x'",
        'INSERT INTO k.a (id) VALUES (7)',
      ],
    },
    { name: 'processor/002_b.cql', statements: ['CREATE TABLE k.b (id int PRIMARY KEY)'] },
  ]);
});

it('names a value that is missing', () => {
  const folders = folderWith({ '001_a.cql': 'SELECT ${nothing};' });
  expect(() => migrationsOf({ folders, keyspace: 'k' })).toThrow(
    '001_a.cql names ${nothing}, which has no value',
  );
});
