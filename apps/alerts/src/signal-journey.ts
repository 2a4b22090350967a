import type { Fence, Fences } from '@navora/erasure';
import type { Assignment, ConsumedRecord, DeadLetters, RecordBatch, SchemaLessons } from '@navora/kafka';
import { heartbeatOf, rejected, type Heartbeat, type Rejection, type Signal } from '@navora/schemas';
import { NO_TRACING, type TracedLog, type TracedSpan, type Tracing } from '@navora/tracing';
import type { VehicleState } from './alert.js';
import { AssignedPartition, type Vehicle as VehicleOf } from './assigned-partition.js';
import type { Announcer } from './announcer.js';
import type { AlertsMetrics } from './alerts-metrics.js';
import { Forgotten, marksBehind, type ErasedMarks } from './erased.js';
import { fold, stateAfter, type DescribeRule, type Folded } from './fold.js';
import { EpochEnded, type Persistence } from './persistence.js';
import type { DecodedSignal } from './signal-decoder.js';
import { effectOfSilence, isSilentTooLong } from './silence.js';
import type { Slots } from './slots.js';
import type { AlertStore, MarkStore } from './store.js';
import { tellOfChanges } from './traced-changes.js';
import { VehicleAtStore } from './vehicle-at-store.js';

export interface JourneyParts {
  decoder: { decode(record: ConsumedRecord): DecodedSignal };
  lessons: Pick<SchemaLessons, 'untilSettled'>;
  alerts: AlertStore;
  marks: MarkStore & { forget?(vehicleId: string): void };
  fences: Pick<Fences, 'of' | 'isErased' | 'fresh' | 'untilFresh'>;
  erasedMarks: Pick<ErasedMarks, 'note'>;
  deadLetters: Pick<DeadLetters, 'bury'>;
  describeRule: DescribeRule;
  announcer: Pick<Announcer, 'owes' | 'announced'>;
  /** Vehicles that may be at the store at once. */
  slots: Slots;
  persistence: Persistence;
  metrics: Pick<AlertsMetrics, 'received' | 'signal' | 'transition' | 'deadLetter'>;
  tracing?: Pick<Tracing, 'goesOn'>;
  tracedLog?: Pick<TracedLog, 'tell'>;
  /** A transition is made, and shown in the views. */
  onTransition(state: VehicleState): void;
  /** An error that no retry mends: the process must end, nothing was committed. */
  onFatal(error: unknown): void;
}

/** A signal, or a heartbeat by which a vehicle may have been silent for too long, on its way through one vehicle. */
interface Taken {
  readonly batch: RecordBatch;
  readonly record: ConsumedRecord;
  readonly cause: { readonly signal: Signal } | { readonly heartbeat: Heartbeat };
  /** The vehicle needs it no more. */
  done(): void;
  readonly span?: TracedSpan | undefined;
}
/** What a cause does to a vehicle; of a heartbeat, the signal that stands for it. */
interface Effect {
  readonly signal: Signal;
  readonly folded: Folded;
}
type Partition = AssignedPartition<Taken>;
type Vehicle = VehicleOf<Taken>;

/**
 * One signal's whole life, top to bottom: taken over with its batch → decoded → in its vehicle's order → folded;
 * nearly always that is all. If it changes an alert: the vehicle's state is loaded, unless the vehicle is new →
 * the transition is committed → the views are written. Then its record is resolved, and before the offset follows, the marks are saved.
 *
 * A signal delivered again finds itself at or below the vehicle's origin mark and changes nothing. If a crash came
 * between a transition and the saving of its mark, its signal was not committed and comes again; it breaches again
 * (or finds the vehicle active), so it loads the state, and finds itself at or below the mark in there. A heartbeat
 * goes the same way through each vehicle that has been silent for too long by it. Everything
 * here may therefore be cut off at any point, and be done twice, also by two processes at once.
 *
 * A signal of a reading that its vehicle's fence holds back is resolved without a trace. When a fence is raised, all
 * that is known of the vehicle is forgotten at once; what is under way for it finds that out before its next write.
 */
export class SignalJourney {
  private readonly partitions = new Map<number, Partition>();
  private readonly atStore: VehicleAtStore;

  constructor(private readonly parts: JourneyParts) {
    this.atStore = new VehicleAtStore(parts);
  }

  /** Returns at once: an outage of the store must not keep the consumer from its heartbeats. */
  take(batch: RecordBatch): void {
    this.parts.metrics.received(batch.records.length);
    const partition = this.partitionOf(batch.assignment);
    partition.tail = partition.tail.then(() => this.guarded(() => this.goThrough(partition, batch)));
  }

  /** Its vehicle was erased: all that we know of it comes from readings that nobody may keep. */
  forget({ vehicleId }: Fence): void {
    for (const partition of this.partitions.values()) {
      const marks = partition.forget(vehicleId);
      if (marks) this.parts.erasedMarks.note(vehicleId, marks);
    }
    this.parts.marks.forget?.(vehicleId);
  }

  /** What is about to be committed must be found done by whoever starts from there: a failure postpones it. */
  async beforeCommit(assignment: Assignment): Promise<void> {
    const partition = this.partitions.get(assignment.partition);
    if (partition?.assignment !== assignment) return;
    const { persistence, marks } = this.parts;
    await persistence.once('save_marks', () => partition.checkpoint(marks));
  }

  private async goThrough(partition: Partition, batch: RecordBatch): Promise<void> {
    await this.startFromSavedMarks(partition);
    for (const record of batch.records) {
      if (!partition.assignment.held) return;
      const heartbeat = heartbeatOf(record);
      if (heartbeat) {
        this.throughSilentVehicles(partition, batch, record, heartbeat);
        continue;
      }
      let decoded = this.parts.decoder.decode(record);
      if ('schemaPending' in decoded) {
        // The records behind it wait, as they are nearly always of the same schema.
        const { assignment } = partition;
        const outcome = await this.parts.lessons.untilSettled(decoded.schemaPending, record, assignment);
        if (outcome === 'not-ours') return;
        decoded = outcome === 'known' ? this.parts.decoder.decode(record) : outcome;
      }
      if ('signal' in decoded) {
        const vehicle = partition.vehicle(decoded.signal.vehicleId);
        const span = (this.parts.tracing ?? NO_TRACING).goesOn('judge alerts', record.headers);
        const done = () => {
          batch.resolve(record);
          span?.end();
        };
        this.inOrderOfItsVehicle(partition, vehicle, { batch, record, cause: decoded, done, span });
      }
      if ('rejection' in decoded) this.bury(batch, record, decoded.rejection);
    }
  }

  private async startFromSavedMarks(partition: Partition): Promise<void> {
    if (partition.started) return;
    const { marks, fences, persistence } = this.parts;
    const { assignment } = partition;
    const saved = await persistence.untilDone('load_marks', assignment, () =>
      marks.loadAll(assignment.partition),
    );
    partition.startFrom(saved.map((one) => marksBehind(one, fences.of(one.vehicleId))));
  }

  /** All signals before it are taken over, so a vehicle that none of them is of has been silent until then. */
  private throughSilentVehicles(
    partition: Partition,
    batch: RecordBatch,
    record: ConsumedRecord,
    heartbeat: Heartbeat,
  ): void {
    let left = 1;
    const done = () => {
      if (--left === 0) batch.resolve(record);
    };
    for (const vehicle of partition.all) {
      if (!vehicle.waiting && !isSilentTooLong(vehicle.marks, heartbeat)) continue;
      left++;
      this.inOrderOfItsVehicle(partition, vehicle, { batch, record, cause: { heartbeat }, done });
    }
    done();
  }

  private inOrderOfItsVehicle(partition: Partition, vehicle: Vehicle, taken: Taken): void {
    if (vehicle.waiting) vehicle.waiting.push(taken);
    else if (!this.settledInMemory(partition, vehicle, taken)) {
      vehicle.waiting = [taken];
      void this.guarded(() => this.throughTheStore(partition, vehicle));
    }
  }

  /** True when it needed nothing of the store: a replay, or nothing open and nothing breached. */
  private settledInMemory(partition: Partition, vehicle: Vehicle, taken: Taken): boolean {
    if ('heartbeat' in taken.cause) {
      if (isSilentTooLong(vehicle.marks, taken.cause.heartbeat)) return false;
      taken.done();
      return true;
    }
    if (this.isErased(taken.cause.signal)) {
      taken.done();
      this.parts.metrics.signal('erased');
      return true;
    }
    const { signal, folded } = this.effectOn(vehicle, taken) ?? {};
    if (signal === undefined || folded === undefined) return true;
    if (folded.changes.length > 0) return false;
    if (folded.outcome === 'judged' && this.parts.announcer.owes(vehicle.state, signal)) return false;
    // With an alert open somewhere in the store, "nothing changes" is not for memory to say.
    if (folded.outcome !== 'replayed' && vehicle.active && !vehicle.loaded) return false;
    partition.settle(vehicle, folded.marks);
    taken.done();
    this.parts.metrics.signal(folded.outcome);
    return true;
  }

  /** Undefined when our own code threw on it: it is given up, and the partition goes on. */
  private effectOn({ id, marks, state }: Vehicle, taken: Taken): Effect | undefined {
    const { cause } = taken;
    try {
      if ('heartbeat' in cause) return effectOfSilence(id, marks, cause.heartbeat);
      return { ...cause, folded: fold(marks, state, cause.signal, this.parts.describeRule) };
    } catch (error) {
      this.giveUp(taken, rejected('processing-error', String(error)).rejection);
      return undefined;
    }
  }

  private async throughTheStore(partition: Partition, vehicle: Vehicle): Promise<void> {
    for (let waiting = vehicle.waiting ?? []; waiting.length > 0; waiting = vehicle.waiting) {
      vehicle.waiting = [];
      for (const taken of waiting) {
        if (this.settledInMemory(partition, vehicle, taken)) continue;
        await this.parts.slots.with(() => this.makeTransition(partition, vehicle, taken));
      }
    }
    vehicle.waiting = undefined;
  }

  /** One signal or silence, one transition: committed whole, then shown in the views, then resolved. */
  private async makeTransition(partition: Partition, vehicle: Vehicle, taken: Taken): Promise<void> {
    const startedAt = performance.now();
    for (let done = false; !done;) {
      try {
        done = await this.madeTransition(partition, vehicle, taken, startedAt);
      } catch (error) {
        if (!(error instanceof Forgotten)) throw error;
      }
    }
  }

  /**
   * @returns false when another was made first.
   * @throws Forgotten
   */
  private async madeTransition(
    partition: Partition,
    vehicle: Vehicle,
    taken: Taken,
    startedAt: number,
  ): Promise<boolean> {
    if (!vehicle.loaded) await this.atStore.load(partition, vehicle);
    // With the state at hand it may turn out to be a replay, or of no consequence.
    if (this.settledInMemory(partition, vehicle, taken)) return true;
    const effect = this.effectOn(vehicle, taken);
    if (effect === undefined) return true;
    const { signal, folded } = effect;
    const transition = taken.span?.part('change alerts');
    const next = this.parts.announcer.announced(
      vehicle.state,
      { ...stateAfter(vehicle.state, signal, folded), ...this.erasedAtOf(vehicle) },
      signal,
      folded.outcome === 'late',
    );
    const outcome = await this.atStore.committed(partition, vehicle, next);
    if (outcome === 'conflicting') {
      transition?.fail(outcome);
      return false;
    }
    if (outcome !== 'applied') {
      transition?.fail(outcome.rejection.reason);
      this.giveUp(taken, outcome.rejection);
      return true;
    }
    await this.atStore.writeViews(partition, vehicle, next);
    tellOfChanges(next.last.changes, {
      span: transition,
      log: this.parts.tracedLog,
      headers: taken.record.headers,
    });
    vehicle.become(next);
    this.parts.onTransition(next);
    partition.settle(vehicle, next.marks);
    taken.done();
    this.parts.metrics.signal(folded.outcome);
    this.parts.metrics.transition(next.last.changes, signal, performance.now() - startedAt);
    return true;
  }

  private giveUp({ batch, record, span }: Taken, rejection: Rejection): void {
    span?.fail(rejection.reason);
    this.bury(batch, record, rejection);
  }

  private bury(batch: RecordBatch, record: ConsumedRecord, rejection: Rejection): void {
    void this.guarded(async () => {
      const { fences, metrics } = this.parts;
      if (!fences.fresh) await fences.untilFresh();
      if (record.key !== null && fences.isErased(record.key.toString(), record.timestamp)) {
        metrics.signal('erased');
        return batch.resolve(record);
      }
      metrics.deadLetter(rejection.reason);
      const { reason } = rejection;
      this.parts.tracedLog?.tell('dead_lettered', record.headers, {
        vehicleId: record.key?.toString(),
        reason,
      });
      await this.parts.deadLetters.bury(record, rejection);
      batch.resolve(record);
    });
  }

  private isErased({ vehicleId, receivedAt }: Signal): boolean {
    return this.parts.fences.isErased(vehicleId, receivedAt);
  }

  private erasedAtOf({ id }: Vehicle): Pick<VehicleState, 'erasedAt'> {
    const fence = this.parts.fences.of(id);
    return fence ? { erasedAt: fence.erasedAt } : {};
  }

  /** Work of an ended epoch just ends: its records are unresolved, and are delivered to the next owner. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof EpochEnded)) this.parts.onFatal(error);
    }
  }

  /** Marks held in memory are those of one assignment: in the next, another process may have moved on. */
  private partitionOf(assignment: Assignment): Partition {
    let partition = this.partitions.get(assignment.partition);
    if (partition?.assignment !== assignment) {
      partition = new AssignedPartition(assignment);
      this.partitions.set(assignment.partition, partition);
    }
    return partition;
  }

  get openAlerts(): number {
    let open = 0;
    for (const partition of this.partitions.values())
      if (partition.assignment.held) open += partition.openAlerts;
    return open;
  }
}
