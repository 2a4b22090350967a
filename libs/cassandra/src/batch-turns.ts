/** Urgent: somebody waits for it. Patient: nobody does, and it may wait to share a batch with others. */
export type Pace = 'urgent' | 'patient';

/** Vehicles report each ten seconds or oftener: nobody urgent for so long means that nobody urgent is there. */
const URGENT_REMEMBERED_MS = 30_000;

/**
 * Which of the partitions that have something to store goes next, and how many may be under way. Urgent ones go
 * first; a quarter of the places is kept for each kind, so that neither a flood of patient ones makes urgent ones
 * queue behind it, nor do patient ones starve. While somebody urgent comes by, that quarter is all that the patient
 * have: in the store, where nobody goes first, urgent ones would queue behind the rest.
 */
export class BatchTurns<Partition> {
  private readonly waiting = { urgent: new Set<Partition>(), patient: new Set<Partition>() };
  private readonly underWay = { urgent: 0, patient: 0 };
  private readonly quarter: number;
  private lastUrgentMs = -Infinity;

  /**
   * @param places batches under way in all
   * @param now milliseconds of a clock that never goes back
   */
  constructor(
    private readonly places: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.quarter = Math.ceil(places / 4);
  }

  /** Waits for its turn from now on; one that waits already may become urgent, and nothing else. */
  wait(partition: Partition, pace: Pace): void {
    if (this.waiting.urgent.has(partition)) return;
    if (pace === 'urgent') {
      this.waiting.patient.delete(partition);
      this.lastUrgentMs = this.now();
    }
    this.waiting[pace].add(partition);
  }

  /** Takes a place for the next one, if there is both. Give it back by `end`. */
  next(): { partition: Partition; pace: Pace } | undefined {
    const { urgent, patient } = this.waiting;
    const { underWay, places } = this;
    if (underWay.urgent + underWay.patient >= places) return undefined;
    if (urgent.size > 0 && (patient.size === 0 || underWay.urgent < this.allButAQuarter))
      return this.take('urgent');
    return patient.size > 0 && underWay.patient < this.mostPatient() ? this.take('patient') : undefined;
  }

  end(pace: Pace): void {
    this.underWay[pace]--;
  }

  private get allButAQuarter(): number {
    return Math.max(1, this.places - this.quarter);
  }

  private mostPatient(): number {
    const isAnybodyUrgent = this.now() - this.lastUrgentMs < URGENT_REMEMBERED_MS;
    return isAnybodyUrgent ? this.quarter : this.allButAQuarter;
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
