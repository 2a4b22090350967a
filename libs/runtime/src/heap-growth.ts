import { setFlagsFromString } from 'node:v8';

/** What a service may have resident decides it: the more it grows, the less often it is searched. */
const GROWTH_PERCENT = 120;

/**
 * How far a heap grows before V8 looks for garbage in the whole of it, in percent of what was alive the last time. By
 * itself V8 takes 300 without a bound of the heap, and 40 or so below one of 384 MiB: then a service that holds eight
 * thousand records under way spends a third of its time on that. Either way it stays within the bound.
 *
 * V8 reads it whenever it has collected, so it may be set at any time.
 */
export function letHeapGrow(percent = GROWTH_PERCENT): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
