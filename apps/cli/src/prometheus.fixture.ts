import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@navora/drill';
import { eventually } from '@navora/testing';
import type { PrometheusPrograms } from './prometheus-program.fixture.js';

export interface Sample {
  metric: Record<string, string>;
  value: number;
}

export interface RuleState {
  name: string;
  type: 'alerting' | 'recording';
  health: string;
  lastError?: string;
  state?: 'inactive' | 'pending' | 'firing';
}

/** A real Prometheus that scrapes what it is told and evaluates rules, every second. */
export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    private readonly folder: string,
  ) {}

  /** @param targets host:port of who has `/metrics` */
  static async start(
    { prometheus }: PrometheusPrograms,
    targets: readonly string[],
    rulesFiles: readonly string[],
  ): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'navora-prometheus-'));
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s', scrape_timeout: '1s' },
      rule_files: rulesFiles,
      scrape_configs: [{ job_name: 'navora', honor_labels: true, static_configs: [{ targets }] }],
    };
    // YAML takes JSON.
    const file = join(folder, 'prometheus.yaml');
    writeFileSync(file, JSON.stringify(configuration));
    const address = `127.0.0.1:${await freePort()}`;
    const log = openSync(join(folder, 'log'), 'a');
    const data = `--storage.tsdb.path=${join(folder, 'data')}`;
    const child = spawn(prometheus, [`--config.file=${file}`, data, `--web.listen-address=${address}`], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const started = new Prometheus(child, `http://${address}`, folder);
    await eventually('Prometheus is ready', async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(folder, 'log'), 'utf8').slice(-2000));
      return (await fetch(`${started.url}/-/ready`)).ok;
    });
    return started;
  }

  /** @throws Error with what Prometheus says is wrong with the query */
  async query(expr: string): Promise<Sample[]> {
    const { result } = await this.ask<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>(`query?${new URLSearchParams({ query: expr })}`);
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Of all series there are, or were. */
  metricNames(): Promise<string[]> {
    return this.ask('label/__name__/values');
  }

  async rules(): Promise<RuleState[]> {
    const { groups } = await this.ask<{ groups: { rules: RuleState[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, 'exit') : undefined;
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${answer.error}`);
    return answer.data;
  }
}
