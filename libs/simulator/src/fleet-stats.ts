import type { Quantiles } from './latency-histogram.js';
import type { Counts } from './ledger.js';

export type FleetPhase = 'connecting' | 'sending' | 'draining' | 'stopped';

export interface FleetStats extends Counts {
  phase: FleetPhase;
  vehicles: number;
  connected: number;
  /** Sent, and neither acknowledged nor refused. */
  unacknowledged: number;
  /** Made, and not sent yet: the vehicle is out of reach. */
  waiting: number;
  /** Publish to PUBACK over the last seconds, in ms. */
  recentAckMs: Quantiles | undefined;
  /** Readings this process was more than 100 ms late to make; it catches up with them. */
  behindSchedule: number;
  mostBehindMs: number;
}

export interface FleetSummary extends FleetStats {
  prefix: string;
  seed: number;
  sendingMs: number;
  /** Attempts after the first. */
  resent: number;
  /** Publish to PUBACK over the whole run, in ms. */
  ackMs: Quantiles | undefined;
}

export interface Publication {
  vehicleId: string;
  messageId: string;
  recordedAt: number;
  /** When it was first sent, in ms since 1970. */
  publishedAt: number;
  /** Sent as it was made, by a clock that can be believed: neither late nor clock-suspect. */
  live: boolean;
}
