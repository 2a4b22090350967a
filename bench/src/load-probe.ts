import { createHash } from 'node:crypto';

const BLOCK = Buffer.alloc(1024 * 1024, 7);
const BLOCKS = 160;

/**
 * How long a fixed bit of work takes, in ms. Before and after a run it takes about as long, unless somebody else is at
 * work on this machine.
 */
export function probeLoad(): number {
  const begun = performance.now();
  const hash = createHash('sha256');
  for (let block = 0; block < BLOCKS; block++) hash.update(BLOCK);
  hash.digest();
  return performance.now() - begun;
}
