/** What a vehicle's counter says about a reading: how many numbers are missing before it, if any. */
export type SequenceStep =
  { kind: 'first' | 'next' | 'late' | 'restarted' } | { kind: 'gap'; missing: number };

interface Seen {
  sequence: number;
  /** ms since 1970 */
  recordedAt: number;
}

const FIRST: SequenceStep = { kind: 'first' };
const NEXT: SequenceStep = { kind: 'next' };
const LATE: SequenceStep = { kind: 'late' };
const RESTARTED: SequenceStep = { kind: 'restarted' };

/**
 * Notices numbers that a vehicle has used and that have not come by. They may still come, as those do that waited in
 * a device: a gap is a reason to look, and no proof of a loss.
 *
 * It remembers so many vehicles, and forgets those first that it met first.
 */
export class SequenceGaps {
  private readonly last = new Map<string, Seen>();
  private epoch: number | undefined;

  constructor(private readonly mostVehicles = 100_000) {}

  /** In another epoch others may have had the vehicles meanwhile, and what came by with them is no gap. */
  beginEpoch(epoch: number): void {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    this.last.clear();
  }

  /** To be told in the order in which a vehicle's readings stand in Kafka. */
  step(vehicleId: string, sequence: number, recordedAt: number): SequenceStep {
    const seen = this.last.get(vehicleId);
    if (seen === undefined) {
      this.remember(vehicleId, { sequence, recordedAt });
      return FIRST;
    }
    // Delivered again, or waited: what it would fill was counted as missing, and is not taken back.
    if (recordedAt < seen.recordedAt || sequence === seen.sequence) return LATE;
    const before = seen.sequence;
    seen.sequence = sequence;
    seen.recordedAt = recordedAt;
    if (sequence < before) return RESTARTED;
    return sequence === before + 1 ? NEXT : { kind: 'gap', missing: sequence - before - 1 };
  }

  private remember(vehicleId: string, seen: Seen): void {
    if (this.last.size >= this.mostVehicles)
      for (const oldest of this.last.keys()) {
        this.last.delete(oldest);
        break;
      }
    this.last.set(vehicleId, seen);
  }
}
