/**
 * Numbers from 0 up to 1 that follow from where they stand and from nothing else, so that the n-th reading of a
 * corpus can be made without those before it. Source: splitmix32 (a variant of MurmurHash3's finaliser).
 */
export function randomAt(seed: number, index: number, what: number): number {
  return bitsAt(seed, index, what) / 4_294_967_296;
}

/** 32 bits, unsigned. */
export function bitsAt(seed: number, index: number, what: number): number {
  let z =
    (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index, 0x9e3779b9) + Math.imul(what, 0xc2b2ae35)) |
    0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  z ^= z >>> 15;
  z = Math.imul((z + index) ^ (z >>> 16), 0x85ebca6b);
  return (z ^ (z >>> 13)) >>> 0;
}
