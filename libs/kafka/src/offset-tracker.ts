/**
 * Which records of one partition are resolved, and so how far its offset may be committed: up to the oldest
 * one that is not. Records are tracked in the order of their offsets and resolved in any order.
 *
 * Offsets need not be consecutive: compaction and control records leave gaps. Space is proportional to what is
 * unresolved, however far others have gone ahead of the oldest: a parked vehicle may wait for hours.
 */
export class OffsetTracker {
  /** Tracked offsets, oldest first, from `head` on; the first of them is unresolved. */
  private offsets: bigint[] = [];
  private head = 0;
  /** Those of `offsets` that are resolved although an older one is not. */
  private readonly resolvedAhead = new Set<bigint>();
  private latest: bigint | undefined;
  private oldestWasResolved = false;
  /** Who waits until all that is older than an offset is resolved. */
  private readonly awaited = new Map<bigint, () => void>();

  get unresolved(): number {
    return this.offsets.length - this.head - this.resolvedAhead.size;
  }

  /** The next offset to commit: everything below it is resolved. Undefined before anything is. */
  get lowWatermark(): bigint | undefined {
    if (!this.oldestWasResolved || this.latest === undefined) return undefined;
    return this.offsets[this.head] ?? this.latest + 1n;
  }

  /** @throws RangeError when the offset is not above all tracked before: order would be lost unseen. */
  track(offset: bigint): void {
    if (this.latest !== undefined && offset <= this.latest) {
      throw new RangeError(`offset ${offset} was tracked after ${this.latest}`);
    }
    this.latest = offset;
    this.offsets.push(offset);
  }

  /** Calls back, perhaps at once, when everything tracked before this unresolved offset is resolved. */
  whenOldest(offset: bigint, reached: () => void): void {
    if (this.offsets[this.head] === offset) reached();
    else this.awaited.set(offset, reached);
  }

  /** Resolving an offset twice, or one that was never tracked, changes nothing. */
  resolve(offset: bigint): void {
    if (offset === this.offsets[this.head]) {
      this.oldestWasResolved = true;
      this.head++;
      this.passResolved();
      this.tellOldest();
    } else if (this.isTracked(offset)) {
      this.resolvedAhead.add(offset);
    }
    this.dropResolved();
  }

  private tellOldest(): void {
    const oldest = this.offsets[this.head];
    if (this.awaited.size === 0 || oldest === undefined) return;
    const reached = this.awaited.get(oldest);
    this.awaited.delete(oldest);
    reached?.();
  }

  private passResolved(): void {
    if (this.resolvedAhead.size === 0) return;
    for (let next = this.offsets[this.head]; next !== undefined; next = this.offsets[this.head]) {
      if (!this.resolvedAhead.delete(next)) return;
      this.head++;
    }
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

  /** Once most of what is kept is resolved, so that each record is moved a bounded number of times. */
  private dropResolved(): void {
    const kept = this.offsets.length;
    const resolved = this.head + this.resolvedAhead.size;
    if (resolved < kept && (resolved < 1024 || resolved * 2 < kept)) return;
    const rest = this.offsets.slice(this.head);
    this.offsets = this.resolvedAhead.size === 0 ? rest : rest.filter((one) => !this.resolvedAhead.has(one));
    this.head = 0;
    this.resolvedAhead.clear();
  }
}
