import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readingSchema, subjectOf, TOPICS } from '@navora/schemas';
import { beforeAll, expect, it } from 'vitest';
import { migrateAll } from './migrate.js';
import { navora, testEnvironment } from './services.fixture.js';

const SUBJECT = subjectOf(TOPICS.readings);

beforeAll(() => migrateAll(testEnvironment(), () => undefined));

interface Listed {
  subject: string;
  compatibility: string;
  versions: { version: number; id: number; ours: boolean }[];
}

it('lists what the registry holds, and shows our schema by subject, version and id', async () => {
  const listed = JSON.parse((await navora('schemas', 'list', '--json')).stdout) as Listed[];
  const readings = listed.find(({ subject }) => subject === SUBJECT);
  expect(readings?.compatibility).toBe('FULL_TRANSITIVE');
  const ours = readings?.versions.find(({ ours }) => ours);
  expect((await navora('schemas', 'list')).stdout).toContain(`  ${ours?.version}  id ${ours?.id}  ours`);
  for (const which of [`${SUBJECT}@${ours?.version}`, String(ours?.id)]) {
    const { code, stdout } = await navora('schemas', 'show', which);
    expect({ code, schema: JSON.parse(stdout) as unknown }).toEqual({ code: 0, schema: readingSchema });
  }
});

it('tells what a file changes of what is registered, and whether the two go with each other', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'navora-diff-')), 'mine.avsc');
  const write = (field: object) =>
    writeFileSync(file, JSON.stringify({ ...readingSchema, fields: [...readingSchema.fields, field] }));
  write({ name: 'oilKpa', type: ['null', 'double'], default: null });
  expect(await navora('schemas', 'diff', `${SUBJECT}@1`, file)).toMatchObject({
    code: 0,
    stdout: '+ oilKpa: null or double default null\nthey go with each other\n',
  });
  write({ name: 'oilKpa', type: 'double' });
  expect(await navora('schemas', 'diff', `${SUBJECT}@1`, file)).toMatchObject({
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
