import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES, type ServiceName } from '@navora/drill';
import type { Fleet } from '@navora/simulator';
import { eventually } from '@navora/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRules, metricsNamedIn, panelQueries, RULES_FILE } from './observability.fixture.js';
import { ObservedSystem } from './observed-system.fixture.js';
import { Prometheus } from './prometheus.fixture.js';
import { prometheusPrograms } from './prometheus-program.fixture.js';
import { workspaceRoot } from './workspace.js';

const programs = await prometheusPrograms();

let system: ObservedSystem;
let prometheus: Prometheus;
let fleet: Fleet;
let over = false;
let misbehaving = Promise.resolve();

describe.skipIf(typeof programs === 'string')('dashboards and alert rules, on a running system', () => {
  beforeAll(async () => {
    if (typeof programs === 'string') return;
    system = await ObservedSystem.start();
    prometheus = await Prometheus.start(programs, system.targets, [RULES_FILE]);
    fleet = await system.drive(40);
    misbehaving = (async () => {
      for (; !over; await pause(500)) await system.misbehave();
    })();
  });
  afterAll(async () => {
    over = true;
    await misbehaving;
    await fleet?.stop({ graceMs: 0 });
    await prometheus?.stop();
    await system?.stop();
  });

  it('every query of every dashboard has data under load', async () => {
    const queries = panelQueries();
    expect(queries.length).toBeGreaterThan(100);
    let empty: string[] = [];
    await eventually(
      'data for every query',
      async () => {
        empty = [];
        for (const { dashboard, panel, expr } of queries) {
          const samples = await prometheus.query(expr);
          if (!samples.some(({ value }) => !Number.isNaN(value)))
            empty.push(`${dashboard}, ${panel}: ${expr}`);
        }
        if (empty.length > 0) throw new Error(empty.join('\n'));
        return true;
      },
      { withinMs: 90_000, everyMs: 3000 },
    );
  });

  it('every rule is understood, and can be evaluated', async () => {
    const states = await eventually('an evaluation of all', async () => {
      const found = await prometheus.rules();
      return found.every(({ health }) => health !== 'unknown') && found;
    });
    expect(states).toHaveLength(allRules().length);
    for (const { name, health, lastError } of states)
      expect([name, health, lastError]).toEqual([name, 'ok', undefined]);
  });

  it('every metric that they name is one of the services', async () => {
    const there = new Set(await prometheus.metricNames());
    const named = [...panelQueries(), ...allRules()].flatMap(({ expr }) => metricsNamedIn(expr));
    expect(new Set(named).size).toBeGreaterThan(60);
    expect([...new Set(named)].filter((name) => !there.has(name))).toEqual([]);
  });

  it('the services say what docs/metrics.md says of each of them, and nothing else', async () => {
    const page = readFileSync(join(workspaceRoot, 'docs/metrics.md'), 'utf8');
    const listed = (heading: string) => {
      const [section = ''] = (page.split(`\n## ${heading}\n`)[1] ?? '').split('\n## ');
      return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    };
    const ofAll = [...listed('Every service'), ...listed('Of the process')];
    expect(ofAll.length).toBeGreaterThan(20);
    for (const service of SERVICES) {
      const said = await metricsOf(service);
      expect(said.toSorted(), service).toEqual([...listed(service), ...ofAll].toSorted());
    }
  });
});

async function metricsOf(service: ServiceName): Promise<string[]> {
  const text = (await system.running.services.metricsOf(service)) ?? '';
  return [...text.matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name);
}
