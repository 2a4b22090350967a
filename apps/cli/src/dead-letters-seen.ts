import type { FailureKey } from './dead-letters-actions.js';

const FIRST_SIZE = 1 << 12;

/**
 * Which failures were met already, as a letter may be written twice. Keeps 8 bytes of each: ids are hashes, so
 * that among ten million the chance of taking two for one is below one in 100,000.
 */
export class SeenFailures {
  private slots = new BigUint64Array(FIRST_SIZE);
  private count = 0;

  /** @returns whether it is the first time. */
  add({ letterId, number }: FailureKey): boolean {
    if (this.count * 2 >= this.slots.length) this.grow();
    const isNew = this.put(printOf(letterId, number));
    if (isNew) this.count++;
    return isNew;
  }

  private put(print: bigint): boolean {
    const mask = this.slots.length - 1;
    for (let at = Number(print & 0xffff_ffffn) & mask; ; at = (at + 1) & mask) {
      if (this.slots[at] === print) return false;
      if (this.slots[at] === 0n) {
        this.slots[at] = print;
        return true;
      }
    }
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new BigUint64Array(before.length * 2);
    for (const print of before) if (print !== 0n) this.put(print);
  }
}

/** Zero stands for an empty slot, so it is nobody's print. */
function printOf(letterId: string, number: number): bigint {
  const id = BigInt(`0x${letterId.replaceAll('-', '').slice(-16)}`);
  return BigInt.asUintN(64, id ^ (BigInt(number) * 0x9e37_79b9_7f4a_7c15n)) || 1n;
}
