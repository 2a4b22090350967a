/**
 * Which records of one partition are resolved, and so how far its offset may be committed: up to the oldest
 * one that is not. Records are tracked in the order of their offsets and resolved in any order.
 *
 * Offsets need not be consecutive: compaction and control records leave gaps.
 */
export class OffsetTracker {
  /** Tracked offsets, oldest first, from `head` on. */
  private offsets: bigint[] = [];
  private head = 0;
  private readonly resolvedAhead = new Set<bigint>();
  /** The offset after the last record below which everything is resolved. */
  private watermark: bigint | undefined;
  private latest: bigint | undefined;

  get unresolved(): number {
    return this.offsets.length - this.head - this.resolvedAhead.size;
  }

  /** The next offset to commit: everything below it is resolved. Undefined before anything is. */
  get lowWatermark(): bigint | undefined {
    return this.watermark;
  }

  /** @throws RangeError when the offset is not above all tracked before: order would be lost unseen. */
  track(offset: bigint): void {
    if (this.latest !== undefined && offset <= this.latest) {
      throw new RangeError(`offset ${offset} was tracked after ${this.latest}`);
    }
    this.latest = offset;
    this.offsets.push(offset);
  }

  /** Resolving an offset twice, or one that was never tracked, changes nothing. */
  resolve(offset: bigint): void {
    const oldest = this.offsets[this.head];
    if (oldest === undefined || offset < oldest || this.latest === undefined || offset > this.latest) return;
    if (offset !== oldest) {
      if (this.isTracked(offset)) this.resolvedAhead.add(offset);
      return;
    }
    let next: bigint | undefined = offset;
    do {
      this.watermark = next + 1n;
      this.resolvedAhead.delete(next);
      next = this.offsets[++this.head];
    } while (next !== undefined && this.resolvedAhead.has(next));
    this.dropResolved();
  }

  private isTracked(offset: bigint): boolean {
    let low = this.head;
    let high = this.offsets.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.offsets[middle] as bigint;
      if (found === offset) return true;
      if (found < offset) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }

  /** Moving the rest to the front now and then keeps both time and space proportional to what is unresolved. */
  private dropResolved(): void {
    if (this.head === this.offsets.length) {
      this.offsets = [];
      this.head = 0;
    } else if (this.head >= 1024 && this.head * 2 > this.offsets.length) {
      this.offsets = this.offsets.slice(this.head);
      this.head = 0;
    }
  }
}
