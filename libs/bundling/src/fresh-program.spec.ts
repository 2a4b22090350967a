import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, freshProgram } from './index.mjs';

let workspace: string;
const longAgo = new Date(Date.now() - 60_000);

function write(path: string, text: string): void {
  writeFileSync(join(workspace, path), text);
  utimesSync(join(workspace, path), longAgo, longAgo);
}

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'navora-bundling-'));
  mkdirSync(join(workspace, 'app/node_modules/installed'), { recursive: true });
  write('package-lock.json', '{}');
  write('tsconfig.base.json', '{}');
  write('app/greeting.ts', `export const greeting: string = 'hello';`);
  write('app/word.txt', 'world');
  write(
    'app/main.ts',
    `import { readFileSync } from 'node:fs';
import { mark } from 'installed';
import { greeting } from './greeting.js';
console.log(greeting, readFileSync(new URL('word.txt', import.meta.url), 'utf8') + mark);`,
  );
  write(
    'app/node_modules/installed/package.json',
    '{ "name": "installed", "type": "module", "main": "it.js" }',
  );
  write('app/node_modules/installed/it.js', `export const mark = '!';`);
});
afterEach(() => rmSync(workspace, { recursive: true }));

const made = () => freshProgram(workspace, 'greeter', 'app/main.ts');
const said = (file: string) => execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim();

describe('a program made of sources', () => {
  it('says what the sources say, with the files and packages they would find', async () => {
    expect(said(await made())).toBe('hello world!');
  });

  it('is made again when a source has changed, and only then', async () => {
    const file = await made();
    const { mtimeMs } = statSync(file);
    expect(await made()).toBe(file);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);

    write('app/greeting.ts', `export const greeting = 'good morning';`);
    expect(said(await made())).toBe('good morning world!');
  });

  it('is made again when other packages are installed', async () => {
    const file = await made();
    const { mtimeMs } = statSync(file);
    write('package-lock.json', '{ "packages": {} }');
    await made();
    expect(statSync(file).mtimeMs).toBeGreaterThan(mtimeMs);
  });

  it('may be asked for by several at once, and leaves no drafts', async () => {
    const files = await Promise.all([made(), made(), made()]);
    expect(files.map(said)).toEqual(['hello world!', 'hello world!', 'hello world!']);
    expect(readdirSync(join(workspace, '.navora/programs')).sort()).toEqual([
      'greeter.mjs',
      'greeter.mjs.map',
      'greeter.mjs.sources.json',
    ]);
  });

  it('is the same when it is made by a bundler that is a program itself, as in the command', async () => {
    const bundler = join(workspace, 'bundler.mjs');
    await bundle({
      entry: join(import.meta.dirname, 'index.mjs'),
      file: bundler,
      workspaceRoot: workspace,
    });
    const script = `import { bundle, freshProgram } from ${JSON.stringify(pathToFileURL(bundler).href)};
console.log(await freshProgram(${JSON.stringify(workspace)}, 'greeter', 'app/main.ts'));`;
    const file = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    expect(said(file.trim())).toBe('hello world!');
  });

  it('names file and line of a source that cannot be read', async () => {
    write('app/greeting.ts', `export const greeting = ;`);
    await expect(made()).rejects.toThrow(/greeting\.ts:1:24: ERROR: Unexpected ";"/);
  });
});
