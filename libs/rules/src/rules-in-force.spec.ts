import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removedIn, RulesInForce } from './index.js';

const above = (threshold: number | string) =>
  `rules: [{ id: hot, measurement: x, above: ${threshold}, severity: info }]`;

let folder: string;
let news: string[];
let inForce: RulesInForce | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-rules-'));
  news = [];
});
afterEach(() => {
  inForce?.stop();
  rmSync(folder, { recursive: true });
});

function started(path: string): RulesInForce {
  inForce = new RulesInForce(path, {
    taken: ({ version }, before) => news.push(`${before.version} → ${version}`),
    refused: ({ message }) => news.push(message.split('\n').at(-1) ?? ''),
  });
  inForce.start();
  return inForce;
}

const said = (count: number) => vi.waitUntil(() => news.length >= count, { timeout: 15_000, interval: 20 });

describe('the rules in force', () => {
  it('are those of a changed file, without a restart', async () => {
    const path = join(folder, 'rules.yaml');
    writeFileSync(path, above(1));
    const rules = started(path);
    const before = rules.current.version;
    writeFileSync(path, above(2));
    await said(1);
    expect(news).toEqual([`${before} → ${rules.current.version}`]);
    expect(rules.current.rules[0]?.condition).toMatchObject({ threshold: 2 });
  });

  it('stay as they are while the file is wrong, and are those of the file once it is mended', async () => {
    const path = join(folder, 'rules.yaml');
    writeFileSync(path, above(1));
    const rules = started(path);
    const { version } = rules.current;
    writeFileSync(path, above('much'));
    await said(1);
    expect(news[0]).toContain('above: must be a number, found "much"');
    expect([rules.current.version, rules.isRefused]).toEqual([version, true]);
    writeFileSync(path, above(3));
    await said(2);
    expect(rules.isRefused).toBe(false);
    expect(rules.current.version).not.toBe(version);
  });

  it('follow the links that Kubernetes swaps', async () => {
    const version = (name: string, text: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'rules.yaml'), text);
      symlinkSync(name, join(folder, `${name}-link`));
      renameSync(join(folder, `${name}-link`), join(folder, '..data'));
    };
    version('..2026_1', above(1));
    symlinkSync(join('..data', 'rules.yaml'), join(folder, 'rules.yaml'));
    const rules = started(join(folder, 'rules.yaml'));
    version('..2026_2', above(2));
    await said(1);
    expect(rules.current.rules[0]?.condition).toMatchObject({ threshold: 2 });
  });

  it('cannot begin with a wrong file', () => {
    writeFileSync(join(folder, 'rules.yaml'), above('much'));
    expect(() => started(join(folder, 'rules.yaml'))).toThrow('above: must be a number');
  });

  it('tell which rules are gone', () => {
    const path = join(folder, 'rules.yaml');
    writeFileSync(path, above(1));
    const { current } = started(path);
    expect(removedIn({ ...current, rules: [] }, current)).toEqual(['hot']);
  });
});
