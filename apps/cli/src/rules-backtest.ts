import { foldAlerts, parseRules, type AlertRow, type BodyReading, type Value } from '@navora/auditor';
import { loadRules } from '@navora/rules';
import { readFileSync } from 'node:fs';
import type { StoredReading } from './stored-readings.js';

/** What one rule would have raised. */
export interface RuleTally {
  rule: string;
  alerts: number;
  vehicles: number;
  /** Not cleared by the last reading that was looked at. */
  open: number;
}

/** Folds the readings of one vehicle after the other, as the auditor does: it needs no service. */
export class Backtest {
  readonly alerts: AlertRow[] = [];
  readings = 0;
  private readonly ids: readonly string[];
  private readonly rules: ReturnType<typeof parseRules>;

  /** @throws WrongRules */
  constructor(file: string) {
    this.ids = loadRules(file).rules.map(({ id }) => id);
    this.rules = parseRules(readFileSync(file, 'utf8'), file);
  }

  /** All readings of some vehicles, in any order: they are judged in that of their times. */
  take(readings: readonly StoredReading[]): void {
    this.readings += readings.length;
    const byVehicle = new Map<string, BodyReading[]>();
    for (const reading of readings) {
      if (reading['clockSuspect'] === true) continue;
      const one = said(reading);
      const own = byVehicle.get(one.vehicleId);
      if (own) own.push(one);
      else byVehicle.set(one.vehicleId, [one]);
    }
    for (const own of byVehicle.values()) this.alerts.push(...foldAlerts(own.sort(byTime), this.rules));
  }

  tally(): RuleTally[] {
    return this.ids.map((rule) => {
      const own = this.alerts.filter((alert) => alert.rule === rule);
      const vehicles = new Set(own.map(({ vehicleId }) => vehicleId)).size;
      return {
        rule,
        alerts: own.length,
        vehicles,
        open: own.filter(({ status }) => status === 'open').length,
      };
    });
  }
}

function byTime(one: BodyReading, other: BodyReading): number {
  return one.recordedAt - other.recordedAt || (one.messageId < other.messageId ? -1 : 1);
}

const NOT_MEASURED = new Set([
  'vehicleId',
  'recordedAt',
  'messageId',
  'receivedAt',
  'extras',
  'clockSuspect',
  'implausible',
]);
const LOCATION: Record<string, string> = { latitude: 'location.latitude', longitude: 'location.longitude' };

function said(reading: StoredReading): BodyReading {
  const content = new Map<string, Value>();
  const extras = (reading['extras'] ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(extras)) put(name, value);
  for (const [name, value] of Object.entries(reading))
    if (!NOT_MEASURED.has(name)) put(LOCATION[name] ?? name, value);
  return {
    vehicleId: String(reading['vehicleId']),
    messageId: String(reading['messageId']),
    recordedAt: Date.parse(String(reading['recordedAt'])),
    content,
  };

  function put(name: string, value: unknown): void {
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
      content.set(name, value);
  }
}
