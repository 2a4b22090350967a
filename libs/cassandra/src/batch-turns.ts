/** Urgent: somebody waits for it. Patient: nobody does, and it may wait to share a batch with others. */
export type Pace = 'urgent' | 'patient';

/** A place that a partition has until `end`. */
export interface Turn<Partition> {
  readonly partition: Partition;
  readonly pace: Pace;
  readonly sinceMs: number;
}

/** Vehicles report each ten seconds or oftener: nobody urgent for so long means that nobody urgent is there. */
const URGENT_REMEMBERED_MS = 30_000;
/** An urgent one that takes more than so many times what is usual is held up by something. */
const HELD_UP = 2;
/** Weight of the newest urgent one in what is usual. */
const NEWEST = 1 / 64;

/**
 * Which of the partitions that have something to store goes next, and how many may be under way. Urgent ones go
 * first, and what is left for the patient depends on them, since in the store nobody goes first:
 *
 * - nobody urgent is there: three quarters of the places, so that the next urgent one finds one;
 * - somebody urgent came by lately: an eighth;
 * - an urgent one is held up right now, as by a flush of the store: a single one.
 *
 * However many urgent ones there are, of the quarter that they leave free patient ones take what is theirs.
 */
export class BatchTurns<Partition> {
  private readonly waiting = { urgent: new Set<Partition>(), patient: new Set<Partition>() };
  /** In the order they began. */
  private readonly underWay = { urgent: new Set<Turn<Partition>>(), patient: new Set<Turn<Partition>>() };
  private readonly quarter: number;
  private lastUrgentMs = -Infinity;
  private usualUrgentMs: number | undefined;

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

  /** Takes a place for the next one, if there is both. */
  next(): Turn<Partition> | undefined {
    const { waiting, underWay, places } = this;
    if (underWay.urgent.size + underWay.patient.size >= places) return undefined;
    const mayUrgent = waiting.patient.size === 0 || underWay.urgent.size < this.allButAQuarter;
    if (waiting.urgent.size > 0 && mayUrgent) return this.take('urgent');
    const mayPatient = waiting.patient.size > 0 && underWay.patient.size < this.mostPatient();
    return mayPatient ? this.take('patient') : undefined;
  }

  /** Gives back its place: ask for the next one after it. */
  end(turn: Turn<Partition>): void {
    this.underWay[turn.pace].delete(turn);
    if (turn.pace === 'patient') return;
    const tookMs = this.now() - turn.sinceMs;
    this.usualUrgentMs ??= tookMs;
    this.usualUrgentMs += NEWEST * (tookMs - this.usualUrgentMs);
  }

  private get allButAQuarter(): number {
    return Math.max(1, this.places - this.quarter);
  }

  private mostPatient(): number {
    const now = this.now();
    if (this.isUrgentHeldUp(now)) return 1;
    const isAnybodyUrgent = now - this.lastUrgentMs < URGENT_REMEMBERED_MS;
    return isAnybodyUrgent ? Math.ceil(this.places / 8) : this.allButAQuarter;
  }

  private isUrgentHeldUp(now: number): boolean {
    const [oldest] = this.underWay.urgent;
    if (!oldest || this.usualUrgentMs === undefined) return false;
    return now - oldest.sinceMs > HELD_UP * this.usualUrgentMs;
  }

  private take(pace: Pace): Turn<Partition> | undefined {
    for (const partition of this.waiting[pace]) {
      const turn = { partition, pace, sinceMs: this.now() };
      this.waiting[pace].delete(partition);
      this.underWay[pace].add(turn);
      return turn;
    }
    return undefined;
  }
}
