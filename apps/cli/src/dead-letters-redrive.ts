import type { DeadLetterActions, LetterAction } from './dead-letters-actions.js';
import { destinationOf, stateOf, type Destination, type Failure } from './dead-letters-failure.js';
import type { Found } from './dead-letters-log.js';
import type { LetterPublisher } from './dead-letters-publish.js';

export type RedriveOutcome =
  | { readonly kind: 'redriven' | 'would-be-redriven'; readonly to: Destination }
  /** Somebody redrove or discarded it before. */
  | { readonly kind: 'resolved-before'; readonly action: LetterAction }
  /** Somebody is at it, or crashed so recently that nobody can tell. */
  | { readonly kind: 'in-progress'; readonly action: LetterAction }
  /** It comes from a redrive, and shall not go round again unless that is said. */
  | { readonly kind: 'failed-again'; readonly after: string }
  | { readonly kind: 'impossible' | 'refused'; readonly why: string };

export interface RedriveParts {
  /** Up to when what was received of the vehicle is erased, ms since 1970; undefined: it never was. */
  erasedUpTo(vehicleId: string): Promise<number | undefined>;
  actions: Pick<DeadLetterActions, 'claim' | 'finish' | 'release'>;
  publisher: LetterPublisher;
  by: string;
  comment: string | undefined;
  again: boolean;
  dryRun: boolean;
}

/**
 * One letter's way back. It is claimed, published, and recorded as done once its destination has it. A crash in
 * between leaves the claim: the next run publishes again, and as the message keeps its identity that is one
 * reading all the same.
 *
 * @throws Error when it is not known whether it was published; the claim stands.
 */
export async function redrive(
  { failure, action }: Found,
  { actions, publisher, by, comment, again, dryRun, erasedUpTo }: RedriveParts,
): Promise<RedriveOutcome> {
  if (action && stateOf(action) !== 'open') return { kind: 'resolved-before', action };
  if (failure.failedAgainAfter !== undefined && !again)
    return { kind: 'failed-again', after: failure.failedAgainAfter };
  const to = destinationOf(failure.letter);
  if (typeof to === 'string') return { kind: 'impossible', why: to };
  const erased = await erasureOf(failure, erasedUpTo);
  if (erased !== undefined) return { kind: 'impossible', why: erased };
  if (dryRun) return { kind: 'would-be-redriven', to };

  await publisher.ready(to);
  const key = { letterId: failure.letter.id, number: failure.number };
  const claimed = await actions.claim(key, { action: 'redrive', by, comment });
  if ('done' in claimed) return { kind: 'resolved-before', action: claimed.done };
  if ('theirs' in claimed) return { kind: 'in-progress', action: claimed.theirs };

  const refusal = await publisher.publish(failure, to);
  if (refusal !== undefined) {
    await actions.release(key, claimed.mine);
    return { kind: 'refused', why: refusal };
  }
  await actions.finish(key, claimed.mine, `sent to ${placeText(to)}`);
  return { kind: 'redriven', to };
}

/**
 * Sent again it would get a new time of receipt, and pass the fence. It was received before it was given up; and a
 * reading that the fence holds back is given up no more once the fence is seen, which it is long before its time.
 */
async function erasureOf(
  { letter }: Failure,
  erasedUpTo: RedriveParts['erasedUpTo'],
): Promise<string | undefined> {
  const vehicles = new Set([letter.vehicleId, letter.key?.toString()].filter((id) => id != null));
  for (const vehicle of vehicles) {
    const erasedAt = await erasedUpTo(vehicle);
    if (erasedAt !== undefined && letter.deadLetteredAt <= erasedAt)
      return `${vehicle} was erased: what was received until ${new Date(erasedAt).toISOString()} is not sent again`;
  }
  return undefined;
}

export function placeText(to: Destination): string {
  return to.kind === 'mqtt' ? `MQTT ${to.topic}` : `${to.topic}/${to.partition}`;
}

/** Would be refused again: the record gets a new time stamp, and is even older by it. */
export function isHopeless({ letter }: Failure): boolean {
  return letter.reason === 'beyond-retention';
}
