/** ms since 1970 in fractions, as every process of this machine has it. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
