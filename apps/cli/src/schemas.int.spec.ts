import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readingSchema, SchemaRegistry, subjectOf, TOPICS } from '@navora/schemas';
import { realServices } from '@navora/testing';
import { beforeAll, expect, it } from 'vitest';
import { migrateAll } from './migrate.js';
import { OWN_TREE, SchemaTree } from './schema-tree.js';
import { navora, testEnvironment } from './services.fixture.js';

const SUBJECT = subjectOf(TOPICS.readings);

beforeAll(() => migrateAll(testEnvironment(), () => undefined));

/** A subject. */
interface Listed {
  subject: string;
  compatibility: string;
  versions: { version: number; id: number; ours: boolean }[];
}

async function listed(): Promise<Listed | undefined> {
  const all = JSON.parse((await navora('schemas', 'list', '--json')).stdout) as Listed[];
  return all.find(({ subject }) => subject === SUBJECT);
}

it('lists what the registry holds, and shows our schema by subject, version and id', async () => {
  const readings = await listed();
  expect(readings?.compatibility).toBe('FULL_TRANSITIVE');
  const ours = readings?.versions.find(({ ours }) => ours);
  expect((await navora('schemas', 'list')).stdout).toContain(`  ${ours?.version}  id ${ours?.id}  ours`);
  for (const which of [`${SUBJECT}@${ours?.version}`, String(ours?.id)]) {
    const { code, stdout } = await navora('schemas', 'show', which);
    expect({ code, schema: JSON.parse(stdout) as unknown }).toEqual({ code: 0, schema: readingSchema });
  }
});

it('has every released version in the registry once it was migrated', async () => {
  const released = new SchemaTree(OWN_TREE).releases('reading');
  const ids = await Promise.all(
    released.map(({ schema }) =>
      new SchemaRegistry(realServices().registryUrl).idOf(SUBJECT, JSON.stringify(schema)),
    ),
  );
  expect(ids.length).toBeGreaterThan(1);
  expect(ids).not.toContain(undefined);
});

it('tells what a file changes of what is registered, and whether the two go with each other', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'navora-diff-')), 'mine.avsc');
  const write = (field: object) =>
    writeFileSync(file, JSON.stringify({ ...readingSchema, fields: [...readingSchema.fields, field] }));
  const ours = (await listed())?.versions.find(({ ours }) => ours);
  write({ name: 'oilKpa', type: ['null', 'double'], default: null });
  expect(await navora('schemas', 'diff', `${SUBJECT}@${ours?.version}`, file)).toMatchObject({
    code: 0,
    stdout: '+ oilKpa: null or double default null\nthey go with each other\n',
  });
  write({ name: 'oilKpa', type: 'double' });
  expect(await navora('schemas', 'diff', `${SUBJECT}@${ours?.version}`, file)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('! the field "oilKpa" is new and has no default') as string,
  });
});

it.each([
  ['an id', '2000000000', 'has no schema 2000000000'],
  ['a subject', 'nobody-value', 'has no subject "nobody-value"; it has'],
  ['a version', `${SUBJECT}@999`, 'has no version 999; it has 1'],
])('says what there is when it is asked for %s that is not there', async (_what, which, complaint) => {
  expect(await navora('schemas', 'show', which)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(complaint) as string,
  });
});
