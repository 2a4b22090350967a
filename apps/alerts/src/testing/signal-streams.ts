import fc from 'fast-check';
import type { Outcome, Signal, Timing } from '@navora/schemas';
import { aSignal, aTiming, verdict } from './a-signal.js';

/** One rule of each kind, by their names; the first is that of a file without any timing. */
const RULES: readonly (readonly [rule: string, timing: Timing | null])[] = [
  ['engine', null],
  ['fuel', aTiming({ forMs: 2000, clearForMs: 1000, maxGapMs: 3000, reopenWithinMs: 4000 })],
  ['cargo', aTiming({ repeatTimes: 3, repeatWithinMs: 5000, reopenWithinMs: 3000 })],
  ['door', aTiming({ forMs: 2000 })],
];
const OUTCOMES: Outcome[] = ['breach', 'between', 'normal'];

interface Drawn {
  vehicle: number;
  shiftSeconds: number;
  clockSuspect: boolean;
  outcomes: (Outcome | undefined)[];
  /** The rule that is switched off for this reading, by its place; nearly always none. */
  off: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  vehicle: fc.nat({ max: 2 }),
  // Most come in the order they were recorded, some much later, some in the same second.
  shiftSeconds: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -8, max: 3 })),
  clockSuspect: fc.boolean(),
  outcomes: fc.tuple(
    ...RULES.map(() => fc.oneof(fc.constantFrom(...OUTCOMES), fc.constant<Outcome | undefined>(undefined))),
  ),
  off: fc.nat({ max: 40 }),
});

function signalOf(one: Drawn, offset: number, vehicles: number): Signal {
  const plain = aSignal({ offset, vehicleId: `v${one.vehicle % vehicles}` });
  return {
    ...plain,
    recordedAt: plain.recordedAt + one.shiftSeconds * 1000,
    clockSuspect: one.clockSuspect && offset % 5 === 0,
    verdicts: RULES.flatMap(([rule, timing], index) => {
      const outcome = one.outcomes[index];
      if (!outcome || one.off === index || (one.clockSuspect && offset % 5 === 0)) return [];
      return [{ ...verdict(rule, outcome), timing }];
    }),
    off: RULES.flatMap(([rule], index) => (one.off === index ? [rule] : [])),
  };
}

/**
 * For tests: signals in the order of their origins, and a way they may be delivered: some doubled, and now and
 * then all of them from an earlier one on once more, as after a crash of whoever sends them.
 */
export function signalStreams({ vehicles = 1, minLength = 1, maxLength = 30 } = {}): fc.Arbitrary<{
  signals: Signal[];
  delivered: Signal[];
}> {
  return fc
    .tuple(
      fc.array(drawn, { minLength, maxLength, size: 'max' }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 })), { maxLength: 4 }),
    )
    .map(([all, setbacks]) => {
      const signals = all.map((one, offset) => signalOf(one, offset, vehicles));
      return { signals, delivered: withSetbacks(signals, setbacks) };
    });
}

function withSetbacks(signals: Signal[], setbacks: [at: number, back: number][]): Signal[] {
  const delivered: Signal[] = [];
  for (const [index, signal] of signals.entries()) {
    delivered.push(signal);
    for (const [at, back] of setbacks) {
      if (at % signals.length === index)
        delivered.push(...signals.slice(Math.max(0, index - back), index + 1));
    }
  }
  return delivered;
}
