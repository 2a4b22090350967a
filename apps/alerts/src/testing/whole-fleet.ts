import { randomUUID } from 'node:crypto';
import type { Outcome, Signal } from '@navora/schemas';
import { AT_ONCE } from '../holds.js';

type Verdict = Signal['verdicts'][number];

export interface FleetOfSignals {
  vehicles: number;
  rules: number;
  /** Readings that breach a rule: each vehicle now and then, for so many readings in a row. */
  breaching: { share: number; inARow: number };
}

/** For tests: the signals of a fleet whose vehicles report in turn, each with a verdict of every rule. */
export class WholeFleet {
  private next = 0;
  private readonly normal: Verdict[];
  private readonly breach: Verdict[];

  constructor(private readonly fleet: FleetOfSignals) {
    const rules = Array.from({ length: fleet.rules }, (_, rule) => rule);
    this.normal = rules.map((rule) => verdictOf(rule, 'normal', 91));
    this.breach = rules.map((rule) => verdictOf(rule, 'breach', 104));
  }

  /** So many more, measured and received now. */
  signals(count: number, now = Date.now()): Signal[] {
    return Array.from({ length: count }, () => this.signal(this.next++, now));
  }

  /** How many of the first `count` signals began a breach, and so open an alert. */
  openedBy(count: number): number {
    let opened = 0;
    for (let at = 0; at < count; at++)
      if (this.breaches(at) && (at < this.fleet.vehicles || !this.breaches(at - this.fleet.vehicles)))
        opened++;
    return opened;
  }

  private signal(at: number, now: number): Signal {
    const { vehicles, rules } = this.fleet;
    const vehicle = at % vehicles;
    const breached = vehicle % rules;
    return {
      ...{ vehicleId: `fleet-${vehicle}`, recordedAt: now, messageId: randomUUID(), receivedAt: now },
      origin: { topic: 'telemetry.readings.v1', partition: 0, offset: at },
      ...{ clockSuspect: false, ruleVersion: 'rules-1', off: [], silences: [] },
      verdicts: this.breaches(at)
        ? this.normal.with(breached, this.breach[breached] as Verdict)
        : this.normal,
    };
  }

  /** Vehicles do not breach at once, but one after the other. */
  private breaches(at: number): boolean {
    const { vehicles, breaching } = this.fleet;
    const [vehicle, reading] = [at % vehicles, Math.floor(at / vehicles)];
    const everyReadings = Math.round(breaching.inARow / breaching.share);
    return (reading + vehicle * 7) % everyReadings < breaching.inARow;
  }
}

function verdictOf(rule: number, outcome: Outcome, value: number): Verdict {
  const measurement = `measured${rule}C`;
  return { rule: `rule-${rule}`, outcome, value, measurement, severity: 'critical', timing: AT_ONCE };
}
