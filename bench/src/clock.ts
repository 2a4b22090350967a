/**
 * The time from the first arrival to the last, by the clock of where they arrived. What came with the first had no
 * time to be measured by, so it is not counted.
 */
export class ArrivalClock {
  private first = Number.POSITIVE_INFINITY;
  private last = Number.NEGATIVE_INFINITY;
  private withFirst = 0;
  private arrived = 0;

  /** @param at ms since 1970 */
  arrive(at: number): void {
    this.arrived++;
    if (at > this.last) this.last = at;
    if (at < this.first) {
      this.first = at;
      this.withFirst = 0;
    }
    if (at === this.first) this.withFirst++;
  }

  /** Something that belongs to the work, and is no arrival of its own, was done then. */
  extendTo(at: number): void {
    if (at > this.last) this.last = at;
  }

  get seconds(): number {
    return this.arrived === 0 ? 0 : (this.last - this.first) / 1000;
  }

  get ratePerSecond(): number {
    const { seconds } = this;
    return seconds > 0 ? (this.arrived - this.withFirst) / seconds : 0;
  }
}
