import type { Corpus } from './corpus.js';

export interface Faults {
  lost: number;
  duplicated: number;
  outOfOrder: number;
  altered: number;
}

/** What became of each reading of a corpus, in the order in which it is met. */
export class Tally {
  private readonly times: Uint8Array;
  private readonly newest: Int32Array;
  private met = 0;
  private duplicated = 0;
  private outOfOrder = 0;
  private altered = 0;

  constructor(private readonly corpus: Corpus) {
    this.times = new Uint8Array(corpus.size);
    this.newest = new Int32Array(corpus.options.vehicles).fill(-1);
  }

  /** @param index undefined: none of the corpus. */
  see(index: number | undefined, asSent: boolean): void {
    if (index === undefined || !asSent) {
      this.altered++;
      return;
    }
    const times = (this.times[index] = Math.min(255, (this.times[index] ?? 0) + 1));
    if (times > 1) {
      this.duplicated++;
      return;
    }
    this.met++;
    const vehicle = this.corpus.vehicleOf(index);
    if (index < (this.newest[vehicle] ?? -1)) this.outOfOrder++;
    else this.newest[vehicle] = index;
  }

  get faults(): Faults {
    const { duplicated, outOfOrder, altered } = this;
    return { lost: this.corpus.size - this.met, duplicated, outOfOrder, altered };
  }
}
