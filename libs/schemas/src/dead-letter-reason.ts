/** Why a message was given up; documented in docs/contracts.md. Closed: a new cause gets a new name here. */
export const DEAD_LETTER_REASONS = [
  'invalid-topic',
  'empty-body',
  'body-too-large',
  'malformed-body',
  'unknown-schema',
  'wrong-schema',
  'vehicle-mismatch',
  'beyond-retention',
  'conflicting-reading',
  'refused-by-store',
  'processing-error',
] as const;

export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** A message that must be given up. A value, not an exception: it is an expected outcome. */
export interface Rejection {
  readonly reason: DeadLetterReason;
  /** What was wrong and where, for a person. */
  readonly error: string;
}

export function rejected(reason: DeadLetterReason, error: string): { rejection: Rejection } {
  return { rejection: { reason, error } };
}
