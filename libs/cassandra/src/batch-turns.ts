/** Urgent: somebody waits for it. Patient: nobody does, and it may wait to share a batch with others. */
export type Pace = 'urgent' | 'patient';

/**
 * Which of the partitions that have something to store goes next, and how many may be under way. Urgent ones go
 * first; a quarter of the places is kept for each kind, so that neither a flood of patient ones makes urgent ones
 * queue behind it, nor do patient ones starve.
 */
export class BatchTurns<Partition> {
  private readonly waiting = { urgent: new Set<Partition>(), patient: new Set<Partition>() };
  private readonly underWay = { urgent: 0, patient: 0 };
  private readonly most: number;

  /** @param places batches under way in all */
  constructor(private readonly places: number) {
    this.most = Math.max(1, places - Math.ceil(places / 4));
  }

  /** Waits for its turn from now on; one that waits already may become urgent, and nothing else. */
  wait(partition: Partition, pace: Pace): void {
    if (this.waiting.urgent.has(partition)) return;
    if (pace === 'urgent') this.waiting.patient.delete(partition);
    this.waiting[pace].add(partition);
  }

  /** Takes a place for the next one, if there is both. Give it back by `end`. */
  next(): { partition: Partition; pace: Pace } | undefined {
    const { urgent, patient } = this.waiting;
    const { underWay, places, most } = this;
    if (underWay.urgent + underWay.patient >= places) return undefined;
    const mayGo = (pace: Pace) => underWay[pace] < most;
    if (urgent.size > 0 && (patient.size === 0 || mayGo('urgent'))) return this.take('urgent');
    return patient.size > 0 && mayGo('patient') ? this.take('patient') : undefined;
  }

  end(pace: Pace): void {
    this.underWay[pace]--;
  }

  private take(pace: Pace): { partition: Partition; pace: Pace } | undefined {
    for (const partition of this.waiting[pace]) {
      this.waiting[pace].delete(partition);
      this.underWay[pace]++;
      return { partition, pace };
    }
    return undefined;
  }
}
