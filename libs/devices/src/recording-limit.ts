const HOUR_MS = 3600_000;
/** Of one vehicle in an hour. It comes back all the time, on purpose or not: the first hundred say so. */
const CHANGES_AN_HOUR = 100;

/**
 * What one vehicle can make us store. Decided by the log's time, so that a log that is read again is decided the same
 * as long as reading begins with the hour.
 */
export class RecordingLimit {
  private hour = -Infinity;
  private readonly counts = new Map<string, number>();

  offer(vehicleId: string, at: Date): 'recorded' | 'first-left-out' | 'left-out' {
    const hour = Math.floor(at.getTime() / HOUR_MS);
    if (hour !== this.hour) this.counts.clear();
    this.hour = hour;
    const count = (this.counts.get(vehicleId) ?? 0) + 1;
    this.counts.set(vehicleId, count);
    if (count <= CHANGES_AN_HOUR) return 'recorded';
    return count === CHANGES_AN_HOUR + 1 ? 'first-left-out' : 'left-out';
  }
}
