import { NO_FENCES } from '@navora/erasure';
import { createLogger } from '@navora/runtime';
import type { ConsumedRecord } from '@navora/kafka';
import type { Rejection } from '@navora/schemas';
import { Announcer } from '../announcer.js';
import { ErasedMarks } from '../erased.js';
import { Persistence } from '../persistence.js';
import { SignalJourney, type JourneyParts } from '../signal-journey.js';
import { Slots } from '../slots.js';
import { describeRule } from './a-signal.js';
import { InMemoryStore } from './in-memory-store.js';
import type { SignalLog } from './signal-log.js';

export const silent = createLogger('test', 'silent');

/** For tests: a journey of which only what matters to the test is given. What it buried and died of is kept. */
export function aJourney(log: SignalLog, parts: Partial<JourneyParts> = {}) {
  const store = new InMemoryStore();
  const buried: { record: ConsumedRecord; rejection: Rejection }[] = [];
  const fatal: unknown[] = [];
  const journey = new SignalJourney({
    decoder: log,
    lessons: { untilSettled: () => Promise.resolve('known') },
    alerts: store,
    marks: store,
    fences: NO_FENCES,
    erasedMarks: new ErasedMarks(),
    deadLetters: {
      bury: (record, rejection) => Promise.resolve(void buried.push({ record, rejection })),
    },
    describeRule,
    announcer: new Announcer(undefined, { of: () => -1 }),
    onTransition: () => undefined,
    slots: new Slots(8),
    persistence: new Persistence(silent, () => new Promise((resolve) => setImmediate(resolve))),
    metrics: {
      ...{ received: () => undefined, signal: () => undefined },
      ...{ transition: () => undefined, deadLetter: () => undefined },
    },
    onFatal: (error) => void fatal.push(error),
    ...parts,
  });
  return { journey, store, buried, fatal };
}
