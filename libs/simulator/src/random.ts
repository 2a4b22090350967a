import { createHash } from 'node:crypto';

/**
 * Seeded random numbers (sfc32 by Chris Doty-Humphrey). Every use takes a stream of its own, named by what it
 * decides, so that adding a decision in one place changes no other place's numbers.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: number | string, stream: string) {
    const digest = createHash('sha256').update(`${seed}/${stream}`).digest();
    this.#a = digest.readUInt32LE(0) | 0;
    this.#b = digest.readUInt32LE(4) | 0;
    this.#c = digest.readUInt32LE(8) | 0;
    this.#counter = digest.readUInt32LE(12) | 0;
  }

  /** @returns a number in [0, 1). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.next() * list.length)] ?? list[0];
  }

  /** The wait for the next of events that happen on average once in `mean`. */
  waitFor(mean: number): number {
    return mean === Infinity ? Infinity : -Math.log(1 - this.next()) * mean;
  }

  /** Symmetric around zero, at most `amplitude` away, small values more often than large ones. */
  noise(amplitude: number): number {
    return (this.next() + this.next() - 1) * amplitude;
  }
}
