import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { workspaceRoot } from './workspace.js';

const FOLDER = join(workspaceRoot, 'infra/observability');
export const RULES_FILE = join(FOLDER, 'rules/navora.rules.yaml');

export interface PanelQuery {
  dashboard: string;
  panel: string;
  expr: string;
}

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

/** Every query of every dashboard, as Grafana would send it to a Prometheus that scrapes every second. */
export function panelQueries(): PanelQuery[] {
  const files = readdirSync(join(FOLDER, 'dashboards')).filter((file) => file.endsWith('.json'));
  return files.flatMap((dashboard) => {
    const text = readFileSync(join(FOLDER, 'dashboards', dashboard), 'utf8');
    const { panels } = JSON.parse(text) as { panels: Panel[] };
    return panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        dashboard,
        panel: title,
        expr: expr.replaceAll('$__rate_interval', '1m'),
      })),
    );
  });
}

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface RulesFile {
  groups: { name: string; rules: Rule[] }[];
}

export function rulesFile(): RulesFile {
  return parse(readFileSync(RULES_FILE, 'utf8')) as RulesFile;
}

export function allRules(): Rule[] {
  return rulesFile().groups.flatMap(({ rules }) => rules);
}

/** The metrics a query names; not those that rules record. */
export function metricsNamedIn(expr: string): string[] {
  const withoutText = expr.replaceAll(/"[^"]*"/g, '');
  return [...new Set(withoutText.match(/\b(navora|nodejs|process)_\w+/g) ?? [])];
}
