import { Judge, parseRules } from '@navora/rules';
import type { Heartbeat, Reading, Signal } from '@navora/schemas';
import { v5 as uuidV5 } from 'uuid';
import type { Alert } from '../alert.js';

export interface Raised {
  alerts: Alert[];
  /** `alert id transition`, in the order in which they came about. */
  history: string[];
}

/** What a partition of signals holds. */
export type Delivered = Signal | Heartbeat;

/** Hands signals over in several deliveries, each by a process of its own. Doubled ones are the point of it. */
export type Raise = (deliveries: readonly (readonly Delivered[])[]) => Promise<Raised>;

const START = Date.UTC(2026, 10, 22, 8);
const NAMESPACE = '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10';

interface Measured extends Partial<Omit<Reading, 'extras'>> {
  /** Seconds after the start, by the vehicle's clock. */
  at: number;
  /** When it reached us; 0.2 s later, unless it was buffered. */
  receivedAt?: number;
  [extra: string]: unknown;
}

let vehicles = 0;

/** A vehicle that measures, under the rules of one file, and what its readings become. */
export class Drive {
  readonly signals: Delivered[] = [];
  private readings = 0;
  private readonly vehicleId = `complainer-${++vehicles}`;
  private judge: Judge;

  constructor(rules: string) {
    this.judge = new Judge(parseRules(rules, 'rules.yaml'));
  }

  under(rules: string): this {
    this.judge = new Judge(parseRules(rules, 'rules.yaml'));
    return this;
  }

  measures(...all: Measured[]): this {
    for (const { at, receivedAt = at + 0.2, ...measured } of all) {
      const offset = this.readings++;
      const recordedAt = START + at * 1000;
      const received = START + receivedAt * 1000;
      const reading = aReadingOf(this.vehicleId, offset, recordedAt, measured);
      const clockSuspect = recordedAt - received > 120_000;
      this.signals.push({
        ...{ vehicleId: this.vehicleId, recordedAt, messageId: reading.messageId, receivedAt: received },
        origin: { topic: 'telemetry.readings.v1', partition: 3, offset },
        clockSuspect,
        ruleVersion: this.judge.version,
        ...(clockSuspect
          ? { verdicts: [], off: [], silences: this.judge.silencesOf(this.vehicleId) }
          : this.judge.judge(reading)),
      });
    }
    return this;
  }

  /** The bridge's heartbeats, every ten seconds, since it heard all there was; in seconds after the start. */
  heartbeats(since: number, from: number, to: number): this {
    for (let at = from; at <= to; at += 10)
      this.signals.push({ since: START + since * 1000, upTo: START + at * 1000 });
    return this;
  }

  /** One measurement each second. */
  everySecond(name: string, from: number, ...values: unknown[]): this {
    return this.measures(...values.map((value, index) => ({ at: from + index, [name]: value })));
  }
}

const FIELDS = [
  'location',
  'speedKph',
  'fuelLevelPercent',
  'engineTemperatureC',
  'cargoTemperatureC',
  'ignitionOn',
];

function aReadingOf(vehicleId: string, offset: number, recordedAt: number, measured: object): Reading {
  const given = Object.entries(measured);
  const of = (isField: boolean) => given.filter(([name]) => FIELDS.includes(name) === isField);
  return {
    messageId: uuidV5(`${vehicleId}/${offset}`, NAMESPACE),
    vehicleId,
    recordedAt,
    sequence: null,
    ...Object.fromEntries(FIELDS.map((name) => [name, null])),
    ...Object.fromEntries(of(true)),
    extras: Object.fromEntries(of(false)),
  } as Reading;
}

/** `opened 3 → cleared 9`: what became of each alert, in seconds after the start; late ones in brackets. */
export function lives({ alerts }: Raised): string[] {
  const second = (ms?: number) => (ms === undefined ? '' : ` ${(ms - START) / 1000}`);
  return [...alerts]
    .sort((one, other) => one.openedAt - other.openedAt)
    .map(({ openedAt, reopenedAt, clearedAt, late }) => {
      const life = [
        `opened${second(openedAt)}`,
        ...(reopenedAt === undefined ? [] : [`reopened${second(reopenedAt)}`]),
        ...(clearedAt === undefined ? [] : [`cleared${second(clearedAt)}`]),
      ].join(' → ');
      return late ? `(${life})` : life;
    });
}

export const transitionsIn = ({ history }: Raised) => history.map((line) => line.split(' ')[1]);
