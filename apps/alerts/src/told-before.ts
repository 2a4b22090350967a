import type { Horizon } from './announcer.js';
import type { MarkStore, VehicleMarks } from './store.js';

/**
 * The marks of alerts, and beside them marks that stay when the alerts are built anew: what is at or below those
 * was told of, or was not worth it, whatever the rules and the channels are by now.
 *
 * They follow at a distance, since they are needed only then: what a crash left between them and the marks of the
 * alerts is in the ledger of notifications.
 */
export class ToldBefore implements MarkStore, Horizon {
  private readonly horizon = new Map<string, number>();
  private readonly due = new Map<number, Map<string, VehicleMarks>>();
  private readonly savedAt = new Map<number, number>();

  constructor(
    private readonly alerts: MarkStore,
    private readonly told: MarkStore,
    private readonly everyMs = 10_000,
    private readonly now: () => number = Date.now,
  ) {}

  of(vehicleId: string): number {
    return this.horizon.get(vehicleId) ?? -1;
  }

  async loadAll(signalsPartition: number): Promise<VehicleMarks[]> {
    for (const { vehicleId, marks } of await this.told.loadAll(signalsPartition))
      this.horizon.set(vehicleId, marks.originOffset);
    return this.alerts.loadAll(signalsPartition);
  }

  async save(signalsPartition: number, marks: readonly VehicleMarks[]): Promise<void> {
    await this.alerts.save(signalsPartition, marks);
    const due = this.dueOf(signalsPartition);
    for (const one of marks) due.set(one.vehicleId, one);
    if (due.size === 0 || this.now() - (this.savedAt.get(signalsPartition) ?? 0) < this.everyMs) return;
    const saved = [...due];
    await this.told.save(
      signalsPartition,
      saved.map(([, one]) => one),
    );
    // What moved on meanwhile stays due.
    for (const [vehicleId, one] of saved) if (due.get(vehicleId) === one) due.delete(vehicleId);
    this.savedAt.set(signalsPartition, this.now());
  }

  /** The horizon stays: it tells where to be silent, and nothing of the vehicle. */
  forget(vehicleId: string): void {
    for (const due of this.due.values()) due.delete(vehicleId);
  }

  private dueOf(signalsPartition: number): Map<string, VehicleMarks> {
    let due = this.due.get(signalsPartition);
    if (!due) this.due.set(signalsPartition, (due = new Map()));
    return due;
  }
}
