import { v5 as uuidV5 } from 'uuid';
import type { Outcome, Signal, Timing } from '@navora/schemas';
import type { DescribeRule } from '../fold.js';
import { AT_ONCE } from '../holds.js';

/** For tests: the signal of a sensible reading. Its message id follows from its origin offset. */
export function aSignal(over: Partial<Omit<Signal, 'origin'>> & { offset?: number } = {}): Signal {
  const { offset = 1, ...rest } = over;
  const vehicleId = rest.vehicleId ?? 'truck-17';
  return {
    vehicleId,
    recordedAt: START + offset * 1000,
    messageId: uuidV5(`${vehicleId}/${offset}`, NAMESPACE),
    receivedAt: START + offset * 1000 + 250,
    origin: { topic: 'telemetry.readings.v1', partition: 3, offset },
    clockSuspect: false,
    ruleVersion: 'rules-1',
    verdicts: [],
    off: [],
    silences: [],
    ...rest,
  };
}

/** `engine: breach` in one word. */
export function verdict(rule: string, outcome: Outcome, value: number = VALUE_OF[outcome]) {
  return { rule, outcome, value, measurement: null, severity: null, timing: null };
}

/** Nothing is asked for but what is given. */
export function aTiming(over: Partial<Timing>): Timing {
  return { ...AT_ONCE, ...over };
}

export const describeRule: DescribeRule = (rule) => ({ severity: 'critical', measurement: `${rule}C` });

const START = Date.UTC(2026, 10, 22, 8);
const NAMESPACE = '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10';
const VALUE_OF = { breach: 104, between: 97, normal: 91 } as const;
