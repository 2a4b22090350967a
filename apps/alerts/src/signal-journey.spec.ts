import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OffsetTracker } from '@navora/kafka';
import type { Signal } from '@navora/schemas';
import { byId } from './testing/expected.js';
import { aJourney } from './testing/a-journey.js';
import { aSignal, verdict } from './testing/a-signal.js';
import { InMemoryStore } from './testing/in-memory-store.js';
import { live, type LifePlan } from './testing/lives.js';
import { SignalLog } from './testing/signal-log.js';
import { alertsOf, historyOf } from './testing/plain-alerts.js';
import { signalStreams } from './testing/signal-streams.js';

const breach = (offset: number) => aSignal({ offset, verdicts: [verdict('engine', 'breach')] });
const normal = (offset: number) => aSignal({ offset, verdicts: [verdict('engine', 'normal')] });

/** Hands everything over and waits until it is resolved. */
async function goThrough(log: SignalLog, parts: Parameters<typeof aJourney>[1] = {}) {
  const { journey, store, buried, fatal } = aJourney(log, parts);
  const assignment = log.assign(1);
  const tracker = new OffsetTracker();
  for (const batch of log.batches(assignment, tracker, 4, () => undefined)) journey.take(batch);
  await until(() => tracker.unresolved === 0);
  await journey.beforeCommit(assignment);
  return { store, buried, fatal, journey, assignment };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 10_000) throw new Error('no progress');
    await nextTurn();
  }
}

describe('the journey of a signal', () => {
  it('costs no store access while nothing is open and nothing breaches', async () => {
    const { store } = await goThrough(new SignalLog([1, 2, 3, 4, 5, 6].map(normal)));
    expect(store.calls).toEqual({ load: 0, commit: 0, writeViews: 0, loadAll: 1, save: 1 });
  });

  it('writes only when something changes, and reads nothing of a vehicle that is new', async () => {
    const { store } = await goThrough(new SignalLog([normal(1), breach(2), breach(3), breach(4), normal(5)]));
    expect(store.calls).toMatchObject({ load: 0, commit: 2, writeViews: 2 });
    expect(store.alertsByDay.map(({ status }) => status)).toEqual(['cleared']);
    expect(store.openAlerts).toEqual([]);
  });

  it('reads the state of a vehicle it has marks of, once', async () => {
    const store = new InMemoryStore();
    const parts = { alerts: store, marks: store };
    await goThrough(new SignalLog([breach(1)]), parts);
    await goThrough(new SignalLog([normal(2), breach(3)]), parts);
    expect(store.calls).toMatchObject({ load: 1, commit: 3 });
    expect(store.history.map(({ transition }) => transition)).toEqual(['opened', 'cleared', 'opened']);
  });

  it('saves the marks that moved, and changes nothing when everything is delivered again', async () => {
    const signals = [normal(1), breach(2), normal(3), breach(4)];
    const store = new InMemoryStore();
    const parts = { alerts: store, marks: store };
    await goThrough(new SignalLog(signals), parts);
    const before = { ...store.calls };
    await goThrough(new SignalLog(signals), parts);
    expect(store.calls).toEqual({ ...before, loadAll: 2, save: 2 });
    expect(store.history.map(({ transition }) => transition)).toEqual(['opened', 'cleared', 'opened']);
  });

  it('writes the views of a transition whose maker died before it could', async () => {
    const signals = [breach(1), normal(2)];
    const store = new InMemoryStore();
    const dies = { ...partsOf(store), writeViews: () => new Promise<void>(() => undefined) };
    const log = new SignalLog(signals);
    const first = aJourney(log, { alerts: dies, marks: store });
    const tracker = new OffsetTracker();
    for (const batch of log.batches(log.assign(1), tracker, 4, () => undefined)) first.journey.take(batch);
    await until(() => store.history.length === 1);
    expect(store.openAlerts).toEqual([]);

    await goThrough(new SignalLog([breach(1)]), { alerts: store, marks: store });
    expect(store.openAlerts).toHaveLength(1);
    expect(store.history).toHaveLength(1);
  });

  it('buries a signal that our own code throws on, and goes on with the same vehicle', async () => {
    const stray = { ...breach(2), origin: { topic: 't', partition: 9, offset: 2 } };
    const { buried, store } = await goThrough(new SignalLog([normal(1), stray, breach(3)]));
    expect(buried.map(({ rejection }) => rejection.reason)).toEqual(['processing-error']);
    expect(store.openAlerts.map(({ openedBy }) => openedBy)).toEqual([breach(3).messageId]);
  });

  it('starts nothing at the store once its epoch has ended', async () => {
    const store = new InMemoryStore();
    const log = new SignalLog([breach(1)]);
    const { journey } = aJourney(log, { alerts: store, marks: store });
    const assignment = log.assign(1);
    for (const batch of log.batches(assignment, new OffsetTracker(), 4, () => undefined)) journey.take(batch);
    assignment.held = false;
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(store.calls).toMatchObject({ load: 0, commit: 0 });
  });

  it('reads the marks anew in every assignment: meanwhile another process may have moved on', async () => {
    const log = new SignalLog([breach(1), normal(2), breach(3)]);
    const store = new InMemoryStore();
    const [ours, theirs] = [0, 1].map(() => aJourney(log, { alerts: store, marks: store }).journey);
    const handOver = async (journey = ours, epoch: number, until_: number) => {
      const tracker = new OffsetTracker();
      const assignment = log.assign(epoch);
      const batches = log.batches(assignment, tracker, 1, () => undefined).slice(0, until_);
      for (const batch of batches) journey?.take(batch);
      await until(() => tracker.lowWatermark === BigInt(until_));
      await journey?.beforeCommit(assignment);
      assignment.held = false;
    };
    await handOver(ours, 1, 1);
    await handOver(theirs, 1, 2);
    const commits = store.calls.commit;
    await handOver(ours, 2, 3);
    expect(store.calls.commit).toBe(commits + 1);
    expect(store.history.map(({ transition }) => transition)).toEqual(['opened', 'cleared', 'opened']);
  });

  it('ends with the alerts of the plain fold, whatever is lost, however often it dies, beside whatever zombie', async () => {
    const plan: fc.Arbitrary<LifePlan> = fc.record({
      batchSize: fc.integer({ min: 1, max: 5 }),
      lostPercent: fc.constantFrom(0, 20, 60),
      diesAtCall: fc.integer({ min: 2, max: 40 }),
      appliesLastCall: fc.boolean(),
      zombie: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        signalStreams({ vehicles: 3, minLength: 20, maxLength: 50 }),
        fc.array(plan, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async ({ signals, delivered }, plans, randoms) => {
          const log = new SignalLog(delivered);
          const store = new InMemoryStore();
          const random = () => randoms.next().value ?? 0;
          const last: LifePlan = { ...MORTAL, diesAtCall: Number.POSITIVE_INFINITY };
          const lives: ReturnType<typeof live>[] = [];
          for (const [epoch, each] of [...plans, last].entries()) {
            const life = live(log, store, each, epoch, random, () => expectCommitted(log, store));
            lives.push(life);
            await Promise.race([life.replaced, life.done]);
          }
          await Promise.all(lives.map(({ done }) => done));
          expect(lives.flatMap(({ fatal }) => fatal)).toEqual([]);
          expect(log.committed).toBe(BigInt(delivered.length));
          expectAlerts(store, signals);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  }, 120_000);
});

const MORTAL: LifePlan = {
  batchSize: 3,
  lostPercent: 20,
  diesAtCall: 10,
  appliesLastCall: false,
  zombie: false,
};

function partsOf(store: InMemoryStore) {
  return {
    load: store.load.bind(store),
    commit: store.commit.bind(store),
    writeViews: store.writeViews.bind(store),
  };
}

/** Alerts, views and history are those of the plain fold: nothing lost, nothing doubled, nothing stale. */
function expectAlerts(store: InMemoryStore, signals: readonly Signal[]): void {
  const expected = byId(alertsOf(signals));
  expect(byId([...store.alerts.values()])).toEqual(expected);
  expect(byId(store.alertsByDay)).toEqual(expected);
  expect(byId(store.openAlerts)).toEqual(expected.filter(({ status }) => status === 'open'));
  const history = store.history.map(({ alertId, transition }) => `${alertId} ${transition}`);
  expect(history.sort()).toEqual(historyOf(signals).sort());
}

/** At every moment, what is committed has had its effect, in the views too. */
function expectCommitted(log: SignalLog, store: InMemoryStore): void {
  const byOrigin = new Map<string, Signal>();
  for (const signal of log.signals.slice(0, Number(log.committed)))
    byOrigin.set(`${signal.vehicleId}/${signal.origin.offset}`, signal);
  for (const alert of alertsOf([...byOrigin.values()])) {
    const shown = store.alertsByDay.find(({ id }) => id === alert.id);
    expect(shown).toBeDefined();
    if (alert.status === 'cleared') expect(shown).toEqual(alert);
  }
}
