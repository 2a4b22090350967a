import type { Quantiles } from './latency-histogram.js';
import type { Counts } from './ledger.js';

export interface ReplayStats extends Counts {
  vehicles: number;
  connected: number;
  unacknowledged: number;
  /** Lines left out because of what is in them. */
  skippedLines: number;
  /** Lines that say the same as an earlier one; sent once. */
  repeatedLines: number;
  /** All readings of the file, once it is known. */
  total: number | undefined;
  /** How long the recording still takes at this speed, once it is known. */
  remainingMs: number | undefined;
}

export interface ReplaySummary extends ReplayStats {
  /** Read, and not sent: the replay was ended, or there was no connection. */
  unsent: number;
  resent: number;
  durationMs: number;
  /** Publish to PUBACK, in ms. */
  ackMs: Quantiles | undefined;
}
