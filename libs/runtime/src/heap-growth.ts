import { setFlagsFromString } from 'node:v8';

/**
 * How far a heap grows before V8 looks for garbage in the whole of it, in percent of what was alive the last time. By
 * itself V8 takes 300 without a bound of the heap, and 40 or so below one of 384 MiB: then a service that holds eight
 * thousand records under way spends a third of its time on that. Either way it stays within the bound.
 */
const GROWTH_PERCENT = 200;

/** V8 reads it whenever it has collected, so it may be set at any time. */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
