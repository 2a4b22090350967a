import type { Fences } from '@navora/erasure';
import { rejected, type Rejection } from '@navora/schemas';
import type { VehicleState } from './alert.js';
import type { AssignedPartition, Vehicle } from './assigned-partition.js';
import { Forgotten, withoutPast } from './erased.js';
import { EpochEnded, isRefused, type Persistence } from './persistence.js';
import { isAhead } from './silence.js';
import type { AlertStore } from './store.js';

/**
 * A vehicle's state and transitions at the store. Everything is repeated until it is done, or until it must not be
 * done any more: since the partition is another's, or the vehicle was erased.
 */
export class VehicleAtStore {
  constructor(
    private readonly parts: {
      alerts: AlertStore;
      fences: Pick<Fences, 'of' | 'fresh' | 'untilFresh'>;
      persistence: Pick<Persistence, 'untilDone'>;
    },
  ) {}

  /** What anybody has made of it; nothing is asked about a vehicle that is new. */
  async load<W>(partition: AssignedPartition<W>, vehicle: Vehicle<W>): Promise<void> {
    const stored = vehicle.known ? await this.read(partition, vehicle) : undefined;
    await this.adopt(partition, vehicle, stored);
  }

  private async read<W>(
    partition: AssignedPartition<W>,
    vehicle: Vehicle<W>,
  ): Promise<VehicleState | undefined> {
    const { alerts, fences } = this.parts;
    const stored = await this.untilDone('load_state', partition, vehicle, () => alerts.load(vehicle.id));
    return withoutPast(stored, fences.of(vehicle.id));
  }

  /**
   * A state ahead of our marks was made by somebody who did not live, or has not come yet, to save the marks;
   * perhaps not even to write the views. We write them: the next transition begins only when they stand. (The
   * views of a state at or below our marks stand already: marks are moved after them, in memory and in the store.)
   */
  private async adopt<W>(
    partition: AssignedPartition<W>,
    vehicle: Vehicle<W>,
    stored: VehicleState | undefined,
  ): Promise<void> {
    if (stored && isAhead(stored.marks, vehicle.marks)) {
      await this.writeViews(partition, vehicle, stored);
      partition.settle(vehicle, stored.marks);
    }
    vehicle.become(stored);
  }

  /** @throws Forgotten, EpochEnded */
  async committed<W>(
    partition: AssignedPartition<W>,
    vehicle: Vehicle<W>,
    next: VehicleState,
  ): Promise<'applied' | 'conflicting' | { rejection: Rejection }> {
    const { alerts } = this.parts;
    try {
      const outcome = await this.untilDone('commit', partition, vehicle, () =>
        alerts.commit(vehicle.id, next),
      );
      if (outcome === 'applied') return 'applied';
    } catch (error) {
      if (isRefused(error)) return rejected('refused-by-store', String(error));
      throw error;
    }
    const stored = await this.read(partition, vehicle);
    // Our own attempt whose answer was lost, or the same transition made by another process: it is done.
    if (stored?.version === next.version && stored.last.id === next.last.id) return 'applied';
    await this.adopt(partition, vehicle, stored);
    return 'conflicting';
  }

  async writeViews<W>(
    partition: AssignedPartition<W>,
    vehicle: Vehicle<W>,
    state: VehicleState,
  ): Promise<void> {
    await this.untilDone('write_views', partition, vehicle, () =>
      this.parts.alerts.writeViews(vehicle.id, state.version, state.last),
    );
  }

  /**
   * Something about a vehicle that is still the one it was, before each attempt and after the last.
   *
   * @throws Forgotten, EpochEnded
   */
  private async untilDone<T, W>(
    what: string,
    { assignment }: AssignedPartition<W>,
    vehicle: Vehicle<W>,
    operation: () => Promise<T>,
  ): Promise<T> {
    const { fences, persistence } = this.parts;
    const { generation } = vehicle;
    const requireSame = () => {
      if (vehicle.generation !== generation) throw new Forgotten(`${what}: the vehicle was erased meanwhile`);
    };
    const result = await persistence.untilDone(what, assignment, async () => {
      if (!fences.fresh) await fences.untilFresh();
      if (!assignment.held) throw new EpochEnded(`${what}: the partition is no longer ours`);
      requireSame();
      return operation();
    });
    requireSame();
    return result;
  }
}
