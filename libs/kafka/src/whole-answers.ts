/** What stands before each answer: its length, as a signed number. */
const LENGTH_BYTES = 4;

/**
 * The answers in what comes over one connection, handed on only when they are there to the last byte. What is left when
 * the connection ends is half an answer, and is gone with it.
 */
export class WholeAnswers {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private neededBytes = LENGTH_BYTES;

  /**
   * @returns one or more whole answers with their lengths, if some are complete now
   * @throws RangeError for what is no length: it does not come from Kafka, or nobody knows where an answer begins
   */
  take(chunk: Buffer): Buffer | undefined {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes < this.neededBytes) return undefined;
    const all = this.held.length === 1 ? chunk : Buffer.concat(this.held);
    const end = this.endOfWhole(all);
    const rest = all.subarray(end);
    this.held = rest.length === 0 ? [] : [rest];
    this.heldBytes = rest.length;
    return end === 0 ? undefined : all.subarray(0, end);
  }

  private endOfWhole(all: Buffer): number {
    let end = 0;
    while (all.length - end >= LENGTH_BYTES) {
      const length = all.readInt32BE(end);
      if (length < 0) throw new RangeError(`an answer of ${length} bytes`);
      this.neededBytes = LENGTH_BYTES + length;
      if (all.length - end < this.neededBytes) return end;
      end += this.neededBytes;
    }
    this.neededBytes = LENGTH_BYTES;
    return end;
  }
}
