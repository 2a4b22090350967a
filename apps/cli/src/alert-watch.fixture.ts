import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@navora/testing';
import { rulesFile } from './observability.fixture.js';
import type { Prometheus } from './prometheus.fixture.js';

/** Prometheus scrapes so many times as often as it does where the rules are made for: every 15 s. */
const FASTER = 15;
const MS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * The alert rules on a clock that runs faster, as the scrapes do: each window a fifteenth, and no `for`. Thresholds
 * and all else are as they are.
 */
export function hastenedRules(): string {
  const { groups } = rulesFile();
  const hastened = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({
      ...rule,
      ...(rule.for === undefined ? {} : { for: '0s' }),
      expr: rule.expr.replaceAll(
        /\[(\d+)([smhd])\]/g,
        (_, count: string, unit: keyof typeof MS) => `[${Math.ceil((Number(count) * MS[unit]) / FASTER)}s]`,
      ),
    })),
  }));
  const file = join(mkdtempSync(join(tmpdir(), 'navora-rules-')), 'hastened.yaml');
  // YAML takes JSON.
  writeFileSync(file, JSON.stringify({ groups: hastened }));
  return file;
}

/** Which alerts have fired, and which of those were over again. */
export class AlertWatch {
  private readonly firstFired = new Map<string, number>();
  private readonly firstOver = new Map<string, number>();
  private firing = new Set<string>();
  private over = false;
  private readonly watching: Promise<void>;
  private readonly beganAt = Date.now();

  constructor(private readonly prometheus: Prometheus) {
    this.watching = this.watch();
  }

  fired(...alerts: string[]): Promise<unknown> {
    return this.until(`${alerts.join(', ')} fired`, alerts, (alert) => this.firstFired.has(alert));
  }

  /** Fires now, whenever it did before. */
  fires(alert: string): Promise<unknown> {
    return this.until(`${alert} fires`, [alert], () => this.firing.has(alert));
  }

  /** Each fired, and was over at least once. */
  resolved(...alerts: string[]): Promise<unknown> {
    return this.until(`${alerts.join(', ')} fired and ended`, alerts, (alert) => this.firstOver.has(alert));
  }

  get lines(): string[] {
    const at = (time: number | undefined) =>
      time === undefined ? 'never' : `${((time - this.beganAt) / 1000).toFixed(0)} s`;
    return [...this.firstFired].map(
      ([alert, time]) =>
        `${alert.padEnd(28)} fired ${at(time).padStart(6)}, over ${at(this.firstOver.get(alert)).padStart(6)}`,
    );
  }

  neverFired(alerts: readonly string[]): string[] {
    return alerts.filter((alert) => !this.firstFired.has(alert));
  }

  neverOver(alerts: readonly string[]): string[] {
    return alerts.filter((alert) => !this.firstOver.has(alert));
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.watching;
  }

  private async until(
    what: string,
    alerts: readonly string[],
    is: (alert: string) => boolean,
  ): Promise<unknown> {
    return eventually(
      what,
      () => {
        const missing = alerts.filter((alert) => !is(alert));
        if (missing.length > 0)
          throw new Error(`not yet: ${missing.join(', ')}; firing: ${[...this.firing].join(', ')}`);
        return true;
      },
      { withinMs: 240_000, everyMs: 500 },
    );
  }

  private async watch(): Promise<void> {
    for (; !this.over; await pause(500)) {
      const samples = await this.prometheus.query('ALERTS{alertstate="firing"}').catch(() => undefined);
      if (!samples) continue;
      const before = this.firing;
      this.firing = new Set(samples.map(({ metric }) => metric['alertname'] ?? ''));
      const now = Date.now();
      for (const alert of this.firing) if (!this.firstFired.has(alert)) this.firstFired.set(alert, now);
      for (const alert of before)
        if (!this.firing.has(alert) && !this.firstOver.has(alert)) this.firstOver.set(alert, now);
    }
  }
}
