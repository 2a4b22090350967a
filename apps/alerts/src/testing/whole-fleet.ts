import type { Signal } from '@navora/schemas';
import { AT_ONCE } from '../holds.js';
import { aSignal } from './a-signal.js';

export interface FleetOfSignals {
  vehicles: number;
  rules: number;
  /** Readings that breach a rule: each vehicle now and then, for so many readings in a row. */
  breaching: { share: number; inARow: number };
}

/** For tests: the signals of a fleet whose vehicles report in turn, each with a verdict of every rule. */
export class WholeFleet {
  private next = 0;

  constructor(private readonly fleet: FleetOfSignals) {}

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
    const breached = this.breaches(at) ? vehicle % rules : -1;
    return aSignal({
      ...{ vehicleId: `fleet-${vehicle}`, offset: at, recordedAt: now, receivedAt: now },
      verdicts: Array.from({ length: rules }, (_, rule) => ({
        rule: `rule-${rule}`,
        outcome: rule === breached ? 'breach' : 'normal',
        value: rule === breached ? 104 : 91,
        measurement: `measured${rule}C`,
        severity: 'critical',
        timing: AT_ONCE,
      })),
    });
  }

  /** Vehicles do not breach at once, but one after the other. */
  private breaches(at: number): boolean {
    const { vehicles, breaching } = this.fleet;
    const [vehicle, reading] = [at % vehicles, Math.floor(at / vehicles)];
    const everyReadings = Math.round(breaching.inARow / breaching.share);
    return (reading + vehicle * 7) % everyReadings < breaching.inARow;
  }
}
