import type { Fence } from '@navora/erasure';
import type { Marks, VehicleState } from './alert.js';
import type { VehicleMarks } from './store.js';

/** The vehicle was erased while something was under way for it: that goes on from what is left. */
export class Forgotten extends Error {
  override name = 'Forgotten';
}

/** Fences are too old to write by. */
export class StaleFences extends Error {
  override name = 'StaleFences';
}

/**
 * How far the signals are applied, and nothing of what they said: so a replay is still known for one, and the vehicle
 * begins anew.
 */
export function bareMarks({ originPartition, originOffset }: Marks): Marks {
  return { originPartition, originOffset, recordedAt: null, messageId: null };
}

/**
 * A vehicle's state as it counts behind its fence. The erasure puts such a state into the store; one that it has not
 * come to yet is taken for it.
 */
export function withoutPast(
  state: VehicleState | undefined,
  fence: Fence | undefined,
): VehicleState | undefined {
  if (!state || !fence || (state.erasedAt ?? -Infinity) >= fence.erasedAt) return state;
  const { version, marks, last } = state;
  return { version, marks: bareMarks(marks), open: [], last: { id: last.id, changes: [] } };
}

/** Saved marks of a vehicle whose erasure is not done may still be those of before. */
export function marksBehind(saved: VehicleMarks, fence: Fence | undefined): VehicleMarks {
  if (!fence || fence.isDone) return saved;
  return { vehicleId: saved.vehicleId, marks: bareMarks(saved.marks), active: false };
}

/** Marks that were in memory when their vehicle was erased, and may be on their way to the store. */
export class ErasedMarks {
  private readonly upTo = new Map<string, number>();

  note(vehicleId: string, { originOffset }: Marks): void {
    this.upTo.set(vehicleId, Math.max(originOffset, this.upTo.get(vehicleId) ?? -1));
  }

  has({ vehicleId, marks }: VehicleMarks): boolean {
    return marks.originOffset <= (this.upTo.get(vehicleId) ?? -1);
  }
}
