interface Taken {
  last: bigint;
  /** Of its first record, ms since 1970. */
  timestamp: number;
}

/** A record that waits for hours keeps its own time exact; that of what came after it becomes coarser. */
const MOST_KEPT = 64;

/**
 * From when the batches of one partition are that may hold unresolved records. It costs a step per batch, not per
 * record, so ages are exact to a batch.
 */
export class TakenBatches {
  /** In the order of their offsets. */
  private readonly batches: Taken[] = [];

  /** @param lowWatermark below it everything is resolved; undefined while nothing is */
  note(last: bigint, timestamp: number, lowWatermark: bigint | undefined): void {
    this.dropBelow(lowWatermark);
    this.batches.push({ last, timestamp });
    if (this.batches.length > MOST_KEPT) this.thinOut();
  }

  /** When the first record of the oldest batch came into being that is not wholly below, in ms since 1970. */
  oldestBeyond(lowWatermark: bigint | undefined): number | undefined {
    this.dropBelow(lowWatermark);
    return this.batches[0]?.timestamp;
  }

  private dropBelow(lowWatermark: bigint | undefined): void {
    if (lowWatermark === undefined) return;
    let resolved = 0;
    while (resolved < this.batches.length && (this.batches[resolved] as Taken).last < lowWatermark)
      resolved++;
    if (resolved > 0) this.batches.splice(0, resolved);
  }

  /** Two become one, with the time of the older. */
  private thinOut(): void {
    const all = this.batches.splice(0);
    for (let index = 0; index < all.length; index += 2) {
      const older = all[index] as Taken;
      this.batches.push({ last: (all[index + 1] ?? older).last, timestamp: older.timestamp });
    }
  }
}
