import type { Outcome, Signal } from '@navora/schemas';
import { aSignal, aTiming, verdict } from './a-signal.js';

/** Numbers from 0 to 1, the same in every run with this seed (mulberry32, by Tommy Ettinger). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** In manySignals, a vehicle's readings are about a minute apart. */
const HELD = aTiming({ forMs: 100_000, clearForMs: 30_000, reopenWithinMs: 120_000, maxGapMs: 200_000 });
const COUNTED = aTiming({ repeatTimes: 2, repeatWithinMs: 900_000 });

/** For tests: signals of many vehicles in the order of their origins; some late, some clock-suspect. */
export function manySignals(count: number, vehicles: number, random: () => number): Signal[] {
  const outcome = (): Outcome => (random() < 0.1 ? 'breach' : random() < 0.5 ? 'between' : 'normal');
  const held = (): Outcome => (random() < 0.6 ? 'breach' : 'normal');
  return Array.from({ length: count }, (_, offset) => {
    const signal = aSignal({ offset, vehicleId: `t-${Math.floor(random() * vehicles)}` });
    if (random() < 0.02) return { ...signal, clockSuspect: true, recordedAt: signal.recordedAt + 3_600_000 };
    return {
      ...signal,
      recordedAt: signal.recordedAt - (random() < 0.05 ? 600_000 : 0),
      verdicts: [
        verdict('engine', outcome()),
        ...(random() < 0.5 ? [{ ...verdict('fuel', outcome()), timing: COUNTED }] : []),
        { ...verdict('door', held()), timing: HELD },
      ],
    };
  });
}

/** As a processor that dies sends them: now and then it starts again from an earlier one. */
export function repeatedly(signals: Signal[], random: () => number): Signal[] {
  const sent: Signal[] = [];
  for (let at = 0; at < signals.length; at += 1000) {
    const again = Math.max(0, at - Math.floor(random() * 1500));
    sent.push(...signals.slice(again, at + 1000));
  }
  return sent;
}

/** They were received a moment ago, so that notifications of them are due, and not given up. */
export function justNow(signals: Signal[]): Signal[] {
  const shift = Date.now() - Math.max(...signals.map(({ receivedAt }) => receivedAt));
  return signals.map((signal) => ({
    ...signal,
    recordedAt: signal.recordedAt + shift,
    receivedAt: signal.receivedAt + shift,
  }));
}
