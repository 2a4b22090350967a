import type { Marks, Transition, VehicleState } from './alert.js';

/**
 * Where alerts are kept. Every method throws when it failed or when its outcome is not known; calling it again
 * with the same arguments is always right. Retrying is not its job.
 */
export interface AlertStore {
  /** The vehicle as of the last transition anybody has made; undefined when it never had one. */
  load(vehicleId: string): Promise<VehicleState | undefined>;
  /**
   * Makes one transition, whole or not at all: the state, the alerts it touched, their history, and what people
   * are told of it.
   * `conflicting`: the stored version is not the one before `next`, and nothing was written. That may be our own
   * doing, when an earlier call applied and its answer was lost.
   */
  commit(vehicleId: string, next: VehicleState): Promise<'applied' | 'conflicting'>;
  /** Shows a transition in the views: by day, of open alerts, of what is to be sent. An older version never overwrites a newer one. */
  writeViews(vehicleId: string, version: number, transition: Transition): Promise<void>;
}

/** The marks of a vehicle, and whether it has an alert open as of them. */
export interface VehicleMarks {
  readonly vehicleId: string;
  readonly marks: Marks;
  readonly active: boolean;
}

/** The checkpoint of a signals partition: true statements about what is applied, whoever makes them, whenever. */
export interface MarkStore {
  loadAll(signalsPartition: number): Promise<VehicleMarks[]>;
  /** An older mark never replaces a newer one. */
  save(signalsPartition: number, marks: readonly VehicleMarks[]): Promise<void>;
}
