/** What leg c is called at a rate; also in names of files. */
export function legAt(ratePerSecond: number): string {
  return `c at ${ratePerSecond} a second`;
}

/** What a side stores at most, whatever it is sent. */
export const CAPACITY = 'c capacity';
