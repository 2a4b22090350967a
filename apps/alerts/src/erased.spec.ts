import type { CassandraClient } from '@navora/cassandra';
import { NO_FENCES, type Fence } from '@navora/erasure';
import { OffsetTracker, RecordBatch, type ConsumedRecord } from '@navora/kafka';
import { HEARTBEAT_HEADER, heartbeatHeader, type Signal } from '@navora/schemas';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { VehicleState } from './alert.js';
import { CassandraMarkStore } from './cassandra-mark-store.js';
import { bareMarks, ErasedMarks, StaleFences } from './erased.js';
import { aJourney } from './testing/a-journey.js';
import { aSignal, verdict } from './testing/a-signal.js';
import { InMemoryStore } from './testing/in-memory-store.js';
import { SignalLog } from './testing/signal-log.js';

const TRUCK = 'truck-17';
const SILENCE = { rule: 'silent', afterMs: 60_000, severity: 'warning' };

const breach = (offset: number, vehicleId = TRUCK) =>
  aSignal({ offset, vehicleId, verdicts: [verdict('engine', 'breach')] });
const normal = (offset: number) => aSignal({ offset, verdicts: [verdict('engine', 'normal')] });

/** Fences in the test's hands. */
class HandFences {
  fresh = true;
  private readonly fences = new Map<string, Fence>();
  private waiting: (() => void)[] = [];

  raise(upTo: Signal, isDone = false): Fence {
    const fence = { vehicleId: upTo.vehicleId, erasedAt: upTo.receivedAt, isDone };
    this.fences.set(fence.vehicleId, fence);
    return fence;
  }
  of(vehicleId: string): Fence | undefined {
    return this.fences.get(vehicleId);
  }
  isErased(vehicleId: string, receivedAt: number): boolean {
    return receivedAt <= (this.of(vehicleId)?.erasedAt ?? -1);
  }
  async untilFresh(): Promise<void> {
    while (!this.fresh) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
  refresh(): void {
    this.fresh = true;
    for (const resume of this.waiting.splice(0)) resume();
  }
}

/** A service with a store that outlives it; `hear` resolves when all is worked off, and the marks are saved. */
function aService(store: InMemoryStore, fences = new HandFences()) {
  const erasedMarks = new ErasedMarks();
  const log: Signal[] = [];
  const signals = new SignalLog(log);
  const { journey, fatal, buried } = aJourney(signals, { alerts: store, marks: store, fences, erasedMarks });
  const assignment = signals.assign(1);
  const tracker = new OffsetTracker();
  const take = (...all: Signal[]) => {
    const from = log.length;
    log.push(...all);
    const records = all.map((_, index) => recordAt(from + index));
    for (const { offset } of records) tracker.track(offset);
    journey.take(new RecordBatch(assignment, records, tracker, () => undefined));
  };
  const settled = async () => {
    for (let turn = 0; tracker.unresolved > 0; turn++) {
      if (turn > 10_000) throw new Error('no progress');
      await nextTurn();
    }
    expect([fatal, buried]).toEqual([[], []]);
  };
  return {
    ...{ journey, fences, tracker, take, settled, erasedMarks },
    save: () => journey.beforeCommit(assignment),
    hear: async (...all: Signal[]) => {
      take(...all);
      await settled();
      await journey.beforeCommit(assignment);
    },
    beat: async (upTo: number) => {
      const record = recordAt(log.length);
      log.push(aSignal());
      const header = Buffer.from(heartbeatHeader({ since: 0, upTo }));
      tracker.track(record.offset);
      journey.take(
        new RecordBatch(
          assignment,
          [{ ...record, headers: { [HEARTBEAT_HEADER]: header } }],
          tracker,
          () => undefined,
        ),
      );
      await settled();
    },
    erase: (upTo: Signal) => journey.forget(fences.raise(upTo)),
  };
}

const recordAt = (offset: number): ConsumedRecord => ({
  ...{ topic: 'signals', partition: 3, offset: BigInt(offset), timestamp: 0 },
  ...{ key: null, value: null, headers: {} },
});

/** What the erasure does to the store. */
function sweep(store: InMemoryStore, vehicleId: string, erasedAt: number): void {
  const state = store.states.get(vehicleId) as VehicleState;
  const version = state.version + 1;
  const last = { id: `erased/${erasedAt}`, changes: [] };
  store.states.set(vehicleId, { version, marks: bareMarks(state.marks), open: [], last, erasedAt });
}

const openedBy = (store: InMemoryStore) => [...store.alerts.values()].map((alert) => alert.openedBy);

describe('behind its fence a vehicle', () => {
  it('is heard of no more, however often its signals are repeated; others are', async () => {
    const service = aService(new InMemoryStore());
    service.erase(breach(2));
    const store = new InMemoryStore();
    const replay = aService(store, service.fences);
    await replay.hear(breach(1), breach(2), breach(3, 'truck-18'), breach(1), breach(2));
    expect(openedBy(store)).toEqual([breach(3, 'truck-18').messageId]);
  });

  it('begins anew with the first signal after it: an open alert is neither cleared nor gone on with', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    await service.hear(breach(1));
    service.erase(breach(2));
    sweep(store, TRUCK, breach(2).receivedAt);
    await service.hear(breach(2), normal(3), breach(4));
    expect(store.history.map(({ transition }) => transition)).toEqual(['opened', 'opened']);
    expect(store.states.get(TRUCK)).toMatchObject({
      version: 3,
      erasedAt: breach(2).receivedAt,
      open: [{ openedBy: breach(4).messageId }],
    });
    expect(store.openAlerts.map((alert) => alert.openedBy)).toEqual([breach(4).messageId]);
  });

  it('begins anew also where the erasure has not come to its state yet', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    await service.hear(breach(1));
    service.erase(breach(2));
    await service.hear(normal(3), breach(4));
    const { version, open } = store.states.get(TRUCK) as VehicleState;
    expect([version, open.map((alert) => alert.openedBy)]).toEqual([2, [breach(4).messageId]]);
  });

  it('begins anew for a service that starts in the middle, from marks of before', async () => {
    const store = new InMemoryStore();
    await aService(store).hear(breach(1));
    const fences = new HandFences();
    fences.raise(breach(2));
    const service = aService(store, fences);
    await service.hear(breach(1), breach(2), normal(3), breach(4));
    const { open } = store.states.get(TRUCK) as VehicleState;
    expect(open.map((alert) => alert.openedBy)).toEqual([breach(4).messageId]);
  });

  it('takes the first reading after it for timely, however old it is', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    await service.hear(normal(5));
    service.erase(normal(6));
    const buffered = { ...breach(7), recordedAt: breach(2).recordedAt };
    await service.hear(buffered);
    expect(store.openAlerts.map(({ late }) => late)).toEqual([false]);
  });

  it('is not told to be silent, until it sends again', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    const before = { ...normal(1), silences: [SILENCE] };
    await service.hear(before);
    service.erase(normal(2));
    await service.beat(before.receivedAt + 300_000);
    expect(store.alerts.size).toBe(0);
    const after = { ...normal(400), silences: [SILENCE] };
    await service.hear(after);
    await service.beat(after.receivedAt + 60_000);
    expect(openedBy(store)).toEqual([after.messageId]);
  });

  it('gets no views of a transition that was under way, and none of it is kept in memory', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    const committed = store.commit.bind(store);
    store.commit = async (vehicleId, next) => {
      store.commit = committed;
      await committed(vehicleId, next);
      service.erase(breach(2));
      throw Object.assign(new Error('No connection available'));
    };
    await service.hear(breach(1));
    expect([store.alertsByDay, store.openAlerts], 'I14').toEqual([[], []]);
    expect(service.journey.openAlerts).toBe(0);
  });

  it('lets nothing of it into the saved marks, not even what was on its way there', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    service.take(normal(1));
    await service.settled();
    service.erase(normal(2));
    await service.save();
    expect(await store.loadAll(3)).toEqual([]);
  });
});

describe('with stale fences a service', () => {
  it('writes nothing, and goes on by itself once they are fresh', async () => {
    const store = new InMemoryStore();
    const service = aService(store);
    service.fences.fresh = false;
    service.take(breach(1), breach(2, 'truck-18'));
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect([store.calls.commit, store.calls.writeViews, service.tracker.unresolved]).toEqual([0, 0, 2]);
    service.erase(breach(1));
    service.fences.refresh();
    await service.settled();
    expect(openedBy(store)).toEqual([breach(2, 'truck-18').messageId]);
  });

  it('saves no marks; and of erased vehicles none that were in memory by then', async () => {
    const written: unknown[] = [];
    const client = {
      batch: async (statements: { params: unknown[] }[]) =>
        void written.push(...statements.map(({ params }) => params[1])),
    } as unknown as CassandraClient;
    const fences = { ...NO_FENCES, fresh: false };
    const erased = new ErasedMarks();
    const store = new CassandraMarkStore(client, 'ks', 'alert_marks', fences, erased);
    const marksAt = (vehicleId: string, originOffset: number) => ({
      vehicleId,
      marks: { originPartition: 3, originOffset, recordedAt: 1, messageId: null },
      active: false,
    });
    await expect(store.save(3, [marksAt('a', 1)])).rejects.toThrow(StaleFences);
    fences.fresh = true;
    erased.note('a', marksAt('a', 5).marks);
    await store.save(3, [marksAt('a', 5), marksAt('b', 5)]);
    await store.save(3, [marksAt('a', 6)]);
    expect(written).toEqual(['b', 'a']);
  });
});
