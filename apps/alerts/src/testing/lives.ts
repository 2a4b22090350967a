import { errors } from 'cassandra-driver';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OffsetTracker } from '@navora/kafka';
import type { JourneyParts } from '../signal-journey.js';
import type { AlertStore, MarkStore } from '../store.js';
import { aJourney } from './a-journey.js';
import type { SignalLog } from './signal-log.js';

/** How one process of several comes to its end. */
export interface LifePlan {
  batchSize: number;
  /** A chance in percent that a call is lost, before or after it applied. */
  lostPercent: number;
  /** Dies at its n-th call to the store, which is still applied or not. Endless lives never die. */
  diesAtCall: number;
  appliesLastCall: boolean;
  /** Does not die there, but is replaced: it goes on beside its successor, without knowing for some turns. */
  zombie: boolean;
}

export type Store = AlertStore & MarkStore;

/**
 * For tests: one process that consumes a log from its committed offset on, commits as it goes, and ends as
 * planned. Resolves when its successor may start; `done` resolves when nothing of it is left.
 */
export function live(
  log: SignalLog,
  store: Store,
  plan: LifePlan,
  epoch: number,
  random: () => number,
  onCommit: () => void,
  parts: Partial<JourneyParts> = {},
): { replaced: Promise<void>; done: Promise<void>; fatal: unknown[] } {
  let calls = 0;
  let replaced = false;
  let replace: () => void = () => undefined;
  const replacement = new Promise<void>((resolve) => (replace = resolve));
  const assignment = log.assign(epoch);

  async function call<T>(apply: () => Promise<T>): Promise<T> {
    calls++;
    if (calls >= plan.diesAtCall && !replaced) {
      replaced = true;
      replace();
    }
    if (replaced && !plan.zombie) {
      if (plan.appliesLastCall && calls === plan.diesAtCall) await apply();
      return new Promise<T>(() => undefined);
    }
    await nextTurn();
    // What was under way when it died has applied or not; nobody hears.
    if (replaced && !plan.zombie) {
      if (random() < 0.5) await apply();
      return new Promise<T>(() => undefined);
    }
    const lost = random() * 100;
    if (lost < plan.lostPercent / 2) throw new errors.OperationTimedOutError('lost before it applied');
    const result = await apply();
    if (lost < plan.lostPercent) throw new errors.OperationTimedOutError('lost after it applied');
    return result;
  }

  const faulty: Store = {
    load: (id) => call(() => store.load(id)),
    commit: (id, next) => call(() => store.commit(id, next)),
    writeViews: (id, version, last) => call(() => store.writeViews(id, version, last)),
    loadAll: (partition) => call(() => store.loadAll(partition)),
    save: (partition, marks) => call(() => store.save(partition, marks)),
  };
  const { journey, fatal } = aJourney(log, { ...parts, alerts: faulty, marks: faulty });
  const tracker = new OffsetTracker();

  async function commit(): Promise<void> {
    const watermark = tracker.lowWatermark;
    if (watermark === undefined || watermark <= log.committed) return;
    try {
      await journey.beforeCommit(assignment);
    } catch {
      return; // postponed
    }
    if (replaced) return;
    log.committed = watermark;
    onCommit();
  }

  async function run(): Promise<void> {
    let zombieTurns = 40;
    for (const batch of log.batches(assignment, tracker, plan.batchSize, () => undefined)) {
      journey.take(batch);
      for (let turns = Math.floor(random() * 20); turns > 0; turns--) {
        await nextTurn();
        await Promise.race([commit(), ended()]);
        if (replaced && !plan.zombie) return;
      }
    }
    while (tracker.unresolved > 0 && !(replaced && !plan.zombie)) {
      await nextTurn();
      // In the end it hears of the group's meeting.
      if (replaced && --zombieTurns === 0) assignment.held = false;
      if (!assignment.held) return;
      await Promise.race([commit(), ended()]);
    }
    while (!replaced && log.committed < BigInt(log.signals.length)) await Promise.race([commit(), ended()]);
    replace();
  }

  const ended = () => (plan.zombie ? new Promise<void>(() => undefined) : replacement);
  return { replaced: replacement, done: run(), fatal };
}
