import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OWN_TREE, SchemaTree } from './schema-tree.js';
import { schemasCommand } from './schemas-command.js';
import { workspaceRoot } from './workspace.js';

let tree: string;
let said: string[];
let complained: string[];
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'navora-schemas-'));
  for (const part of ['avro', 'released'])
    cpSync(join(workspaceRoot, 'libs/schemas', part), join(tree, part), { recursive: true });
  [said, complained] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => complained.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(tree, { recursive: true });
});

async function navora(...args: string[]): Promise<typeof process.exitCode> {
  process.exitCode = undefined;
  await schemasCommand().parseAsync([...args, '--tree', tree], { from: 'user' });
  return process.exitCode;
}

interface Schema {
  fields: { name: string; type: unknown; default?: unknown }[];
}

/** The reading that is worked on, changed. */
function edit(change: (schema: Schema) => void, file = join(tree, 'avro/reading.avsc')): string {
  const schema = JSON.parse(readFileSync(join(tree, 'avro/reading.avsc'), 'utf8')) as Schema;
  change(schema);
  writeFileSync(file, JSON.stringify(schema));
  return file;
}

/** Of the reading, if one were released now. */
const NEXT = new SchemaTree(OWN_TREE).releases('reading').length + 1;

const humidity = { name: 'cargoHumidityPercent', type: ['null', 'double'], default: null };

describe('schemas check', () => {
  it("finds this repository's schemas in order", async () => {
    process.exitCode = undefined;
    await schemasCommand().parseAsync(['check'], { from: 'user' });
    expect(said.join('\n') + complained.join('')).toMatch(
      /^reading \(navora\.telemetry\.Reading\): version \d+$/m,
    );
    expect(process.exitCode).toBeUndefined();
  });

  it('takes an optional field, and says what it was compared with', async () => {
    edit(({ fields }) => void fields.push(humidity));
    expect(await navora('check')).toBeUndefined();
    expect(said.join('\n')).toMatch(/^reading \(navora\.telemetry\.Reading\): new, goes with versions? 1/m);
  });

  it('explains to a producer what is wrong with a file of his, and what to do', async () => {
    const file = edit(
      ({ fields }) => {
        fields.push({ name: 'cargoHumidityPercent', type: 'double' });
        const speed = fields.find(({ name }) => name === 'speedKph');
        if (speed) speed.type = ['null', 'int'];
      },
      join(tree, 'mine.avsc'),
    );
    expect(await navora('check', file)).toBe(1);
    const lines = said.join('\n');
    expect(lines).toContain(
      'beside version 1: the field "cargoHumidityPercent" is new and has no default, so nothing written before it can be read',
    );
    expect(lines).toContain('instead: make it nullable, with null as its default');
    expect(lines).toContain('the field "speedKph" was null or double and is null or int');
  });

  it('compares with all released versions, not with the last one only', async () => {
    edit(({ fields }) => void fields.push(humidity));
    expect(await navora('release', 'reading')).toBeUndefined();
    edit((schema) => (schema.fields = schema.fields.filter(({ name }) => name !== humidity.name)));
    expect(await navora('check')).toBeUndefined();
    edit(({ fields }) => void fields.push({ ...humidity, type: ['null', 'string'] }));
    const versions = JSON.parse(((said.length = 0), await navora('check', '--json'), said.join(''))) as {
      ok: boolean;
      schemas: { schema: string; violations: { version: number; rule: string }[] }[];
    };
    expect(versions.ok).toBe(false);
    expect(versions.schemas.find(({ schema }) => schema === 'reading')?.violations).toEqual([
      expect.objectContaining({ version: NEXT, rule: 'type-changed', field: humidity.name }),
    ]);
  });

  it('notices a released version that was changed, taken away or slipped in', async () => {
    const released = join(tree, 'released/reading/1.avsc');
    writeFileSync(released, readFileSync(released, 'utf8').replace('km/h', 'mph'));
    rmSync(join(tree, 'released/signal/1.avsc'));
    cpSync(released, join(tree, 'released/reading/9.avsc'));
    expect(await navora('check')).toBe(1);
    expect(said.join('\n')).toMatch(/reading\/1\.avsc was changed after its release: .* stands for ever/);
    expect(said.join('\n')).toContain('signal/1.avsc is gone');
    expect(said.join('\n')).toContain('reading/9.avsc is not in SHA256SUMS');
  });

  it.each([
    ['no file', 'none.avsc', undefined, 'cannot be read (ENOENT)'],
    ['no JSON', 'mine.avsc', '{', 'is no JSON'],
    ['no record', 'mine.avsc', '["null", "string"]', 'is no schema of a record'],
    [
      'a record of somebody else',
      'mine.avsc',
      '{"type":"record","name":"Invoice","fields":[]}',
      'none of our records',
    ],
  ])('says so of %s', async (_what, name, text, complaint) => {
    const file = join(tree, name);
    if (text !== undefined) writeFileSync(file, text);
    expect(await navora('check', file)).toBe(1);
    expect(complained.join('')).toContain(complaint);
  });
});

describe('schemas release', () => {
  it('makes the next version, which the check then knows; once', async () => {
    edit(({ fields }) => void fields.push(humidity));
    expect(await navora('release', 'reading')).toBeUndefined();
    expect(await navora('check')).toBeUndefined();
    expect(said.join('\n')).toMatch(new RegExp(`^reading .*: version ${NEXT}$`, 'm'));
    expect(await navora('release', 'reading')).toBeUndefined();
    expect(said.at(-1)).toBe(`reading is version ${NEXT} already`);
  });

  it('makes none that does not go with those before, and none of what there is not', async () => {
    edit((schema) => (schema.fields = schema.fields.filter(({ name }) => name !== 'vehicleId')));
    expect(await navora('release', 'reading')).toBe(1);
    expect(complained.join('')).toContain('the field "vehicleId" is gone');
    expect(await navora('release', 'telemetry')).toBe(1);
    expect(complained.join('')).toContain('there are dead-letter, reading, signal');
  });
});
