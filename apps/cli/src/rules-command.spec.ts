import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rulesCommand } from './rules-command.js';

let folder: string;
let said: string[];
let complained: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  said = [];
  complained = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => complained.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function checked(text: string, ...flags: string[]): Promise<typeof process.exitCode> {
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, text);
  await rulesCommand().parseAsync(['check', file, ...flags], { from: 'user' });
  return process.exitCode;
}

const GOOD = 'rules: [{ id: hot, measurement: x, above: 1, severity: info }]';
const BAD = 'rules: [{ id: hot, measurement: x, above: much, severity: info, colour: red }]';

describe('rules check', () => {
  it('says of a good file what each rule means', async () => {
    expect(await checked(GOOD)).toBeUndefined();
    expect(said.join('\n')).toMatch(
      /^hot \(info\): an alert opens when x is above 1, and clears when x is 1 or below\.\n1 rules, version \w{12}$/,
    );
  });

  it('names of a bad file every mistake with its place, and ends with 1', async () => {
    expect(await checked(BAD)).toBe(1);
    expect(complained.join('')).toContain('line 1, column 43: above: must be a number, found "much"');
    expect(complained.join('')).toContain('line 1, column 65: "colour" means nothing here');
  });

  it('says the same to programs', async () => {
    expect(await checked(BAD, '--json')).toBe(1);
    expect(JSON.parse(said.join(''))).toMatchObject({
      mistakes: [
        { line: 1, column: 43, mistake: 'above: must be a number, found "much"' },
        { line: 1, column: 65, mistake: '"colour" means nothing here' },
      ],
    });
    process.exitCode = undefined;
    said.length = 0;
    expect(await checked(GOOD, '--json')).toBeUndefined();
    expect(JSON.parse(said.join(''))).toMatchObject({ rules: [{ rule: 'hot' }] });
  });

  it('says so when there is no such file', async () => {
    await rulesCommand().parseAsync(['check', join(folder, 'none.yaml')], { from: 'user' });
    expect(process.exitCode).toBe(1);
    expect(complained.join('')).toContain('cannot be read (ENOENT)');
  });
});
