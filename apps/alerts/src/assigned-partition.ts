import type { Assignment } from '@navora/kafka';
import { bareMarks } from './erased.js';
import type { Marks, VehicleState } from './alert.js';
import type { MarkStore, VehicleMarks } from './store.js';

/** What is known of a vehicle in one assignment. */
export class Vehicle<Waiting> {
  marks: Marks | undefined;
  /** Something is open as of the marks. Exact, so a vehicle that is not active and meets no breach needs no store. */
  active = false;
  /**
   * Marks of it were saved, so it may have a state. Any other vehicle is taken to have none: should a process have
   * died after its first transition and before its marks were saved, the next transition meets that one.
   */
  known = false;
  /** `state` is read when it is first needed; undefined then says that the vehicle never had a transition. */
  loaded = false;
  state: VehicleState | undefined;
  /** While one signal is at the store, the vehicle's later ones wait here. */
  waiting: Waiting[] | undefined;
  /** How often it was erased: what began before must not go on as if nothing had been. */
  generation = 0;

  constructor(readonly id: string) {}

  /** Whatever is known of it comes from readings that are erased. */
  forget(): void {
    this.generation++;
    if (this.marks) this.marks = bareMarks(this.marks);
    this.active = false;
    this.known = true;
    this.loaded = false;
    this.state = undefined;
  }

  become(state: VehicleState | undefined): void {
    this.state = state;
    this.active = state !== undefined && state.open.length > 0;
    this.loaded = true;
  }
}

/**
 * One partition of signals for as long as it is ours, with the marks of its vehicles. Marks move only when all
 * that a signal changes is acknowledged, the views included: saved earlier, a crash would make its replay look
 * done, and the alert would be lost.
 */
export class AssignedPartition<Waiting> {
  /** The end of what was handed over: batches go through one after the other. */
  tail: Promise<void> = Promise.resolve();
  /** The saved marks are read: before that, no signal can be told from a replay. */
  started = false;
  private readonly vehicles = new Map<string, Vehicle<Waiting>>();
  private changed = new Set<Vehicle<Waiting>>();

  constructor(readonly assignment: Assignment) {}

  vehicle(id: string): Vehicle<Waiting> {
    let vehicle = this.vehicles.get(id);
    if (!vehicle) this.vehicles.set(id, (vehicle = new Vehicle(id)));
    return vehicle;
  }

  startFrom(saved: readonly VehicleMarks[]): void {
    for (const { vehicleId, marks, active } of saved) {
      const vehicle = this.vehicle(vehicleId);
      vehicle.marks = marks;
      vehicle.active = active;
      vehicle.known = true;
    }
    this.started = true;
  }

  get all(): Iterable<Vehicle<Waiting>> {
    return this.vehicles.values();
  }

  /** @returns the marks it had. */
  forget(vehicleId: string): Marks | undefined {
    const vehicle = this.vehicles.get(vehicleId);
    const marks = vehicle?.marks;
    if (vehicle) this.changed.delete(vehicle);
    vehicle?.forget();
    return marks;
  }

  settle(vehicle: Vehicle<Waiting>, marks: Marks): void {
    if (vehicle.marks === marks) return;
    vehicle.marks = marks;
    this.changed.add(vehicle);
  }

  /** Saves the marks that moved since the last time; what could not be saved is due again. */
  async checkpoint(store: MarkStore): Promise<void> {
    const due = this.changed;
    this.changed = new Set();
    try {
      await store.save(this.assignment.partition, [...due].flatMap(marksOf));
    } catch (error) {
      for (const vehicle of due) this.changed.add(vehicle);
      throw error;
    }
  }

  get openAlerts(): number {
    let open = 0;
    for (const { loaded, state, active } of this.vehicles.values()) {
      open += loaded ? (state?.open.length ?? 0) : Number(active);
    }
    return open;
  }
}

function marksOf<W>({ id, marks, active }: Vehicle<W>): VehicleMarks[] {
  return marks ? [{ vehicleId: id, marks, active }] : [];
}
