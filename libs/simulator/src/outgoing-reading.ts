import type { Encoding } from './vehicle-profile.js';

/** A reading on its way to the broker. Its body never changes: a resend is byte-identical. */
export interface OutgoingReading {
  vehicleId: string;
  messageId: string;
  /** By the vehicle's clock, ms since 1970. */
  recordedAt: number;
  /** When it really was made, ms since 1970. */
  madeAt: number;
  clockSuspect: boolean;
  encoding: Encoding;
  body: Buffer;
  /** Position among the vehicle's readings in the order they were first sent, from 1; 0 before that. */
  order: number;
  attempt: number;
  /** When the last attempt began, by the monotonic clock. */
  attemptedAtMs: number;
  acknowledged: boolean;
}

export function outgoing(
  reading: Omit<OutgoingReading, 'order' | 'attempt' | 'attemptedAtMs' | 'acknowledged'>,
): OutgoingReading {
  return { ...reading, order: 0, attempt: 0, attemptedAtMs: 0, acknowledged: false };
}
