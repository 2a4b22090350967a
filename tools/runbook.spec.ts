import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Rule {
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

const RULES = 'infra/observability/rules/navora.rules.yaml';
const { groups } = parse(read(RULES)) as { groups: { rules: Rule[] }[] };
const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
const names = alerts.map(({ alert = '' }) => alert);
const runbook = read('docs/runbook.md');

/** As GitHub makes them. */
const anchorsIn = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

describe('an alert rule', () => {
  it.each(alerts.map((rule) => [rule.alert, rule]))(
    '%s says how bad it is, what is wrong, and where to read on',
    (_, rule) => {
      const { severity } = rule.labels ?? {};
      const { summary, description, runbook_url: url = '' } = rule.annotations ?? {};
      expect(['critical', 'warning']).toContain(severity);
      expect(summary).toBeTruthy();
      expect(description?.length).toBeGreaterThan(30);
      const [page, anchor] = url.split('#');
      expect(page).toMatch(/\/docs\/runbook\.md$/);
      expect(anchorsIn(runbook)).toContain(anchor);
    },
  );

  it('is tested with promtool, each of them', () => {
    const tests = read('infra/observability/rules/tests/navora.test.yaml');
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !new RegExp(`alertname="${name}"`).test(tests))).toEqual([]);
  });
});

describe('docs/runbook.md', () => {
  it('says of every alert what it means and what to do, and of no other', () => {
    const [, section = ''] = runbook.split('\n## The alerts\n');
    const [body = ''] = section.split('\n## ');
    const entries = body.split('\n### ').slice(1);
    expect(entries.map((entry) => entry.split('\n')[0]).toSorted()).toEqual(names.toSorted());
    for (const entry of entries) expect(entry.length, entry).toBeGreaterThan(80);
  });

  it('links to what is there', () => {
    const links = [...runbook.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(30);
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? 'docs/runbook.md' : join('docs', path);
      expect(existsSync(join(root, file)), link).toBe(true);
      if (anchor !== undefined)
        expect(anchorsIn(read(file)), `${link} in ${dirname(file)}`).toContain(anchor);
    }
  });
});
