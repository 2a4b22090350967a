import { randomUUID } from 'node:crypto';
import { Judge, parseRules, type Judgement } from '@navora/rules';
import type { Signal } from '@navora/schemas';

export interface FleetOfSignals {
  vehicles: number;
  rules: number;
  /** Readings that breach a rule: each vehicle now and then, for so many readings in a row. */
  breaching: { share: number; inARow: number };
}

/**
 * For tests: the signals of a fleet whose vehicles report in turn, judged by as many rules as asked for, each about a
 * measurement of its own. A vehicle breaches one of them.
 */
export class WholeFleet {
  private next = 0;
  private readonly version: string;
  private readonly normal: Judgement;
  private readonly breaching: Judgement[];

  constructor(private readonly fleet: FleetOfSignals) {
    const measurements = Array.from({ length: fleet.rules }, (_, rule) => `measured${rule}C`);
    const judge = new Judge(parseRules(rulesAbout(measurements), 'the rules of this test'));
    const judged = (hot?: string) =>
      judge.judge(aReading(Object.fromEntries(measurements.map((each) => [each, each === hot ? 104 : 91]))));
    this.version = judge.version;
    this.normal = judged();
    this.breaching = measurements.map(judged);
  }

  /** So many more, measured and received at that time. */
  signals(count: number, at: number): Signal[] {
    return Array.from({ length: count }, () => this.signal(this.next++, at));
  }

  /** How many of the first `count` signals began a breach, and so open an alert. */
  openedBy(count: number): number {
    let opened = 0;
    for (let number = 0; number < count; number++)
      if (
        this.breaches(number) &&
        (number < this.fleet.vehicles || !this.breaches(number - this.fleet.vehicles))
      )
        opened++;
    return opened;
  }

  private signal(number: number, at: number): Signal {
    const { vehicles, rules } = this.fleet;
    const vehicle = number % vehicles;
    const breach = this.breaches(number) ? this.breaching[vehicle % rules] : undefined;
    return {
      ...{ vehicleId: `fleet-${vehicle}`, recordedAt: at, messageId: randomUUID(), receivedAt: at },
      origin: { topic: 'telemetry.readings.v1', partition: 0, offset: number },
      ...{ clockSuspect: false, ruleVersion: this.version },
      ...(breach ?? this.normal),
    };
  }

  /** Vehicles do not breach at once, but one after the other. */
  private breaches(number: number): boolean {
    const { vehicles, breaching } = this.fleet;
    const [vehicle, reading] = [number % vehicles, Math.floor(number / vehicles)];
    const everyReadings = Math.round(breaching.inARow / breaching.share);
    return (reading + vehicle * 7) % everyReadings < breaching.inARow;
  }
}

function rulesAbout(measurements: readonly string[]): string {
  const rule = (measurement: string, at: number) =>
    `  - { id: rule-${at}, measurement: ${measurement}, above: 100, clear: 95, severity: critical }`;
  return ['rules:', ...measurements.map(rule)].join('\n');
}

function aReading(extras: Record<string, number>) {
  return {
    ...{ messageId: randomUUID(), vehicleId: 'fleet', recordedAt: 0, sequence: null, location: null },
    ...{ speedKph: null, fuelLevelPercent: null, engineTemperatureC: null, cargoTemperatureC: null },
    ...{ ignitionOn: null, extras },
  };
}
