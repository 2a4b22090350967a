import { parseRedriven, REDRIVEN_HEADER, deadLetterIdOfMqtt, type DeadLetter } from '@navora/schemas';
import type { LetterAction } from './dead-letters-actions.js';

/**
 * One failure of a message. A record that was redriven and fails again is another letter; an MQTT message is the
 * same one, since its id is made of its topic and body, and then the number tells its failures apart.
 */
export interface Failure {
  readonly letter: DeadLetter;
  /** The number of the action that resolves it: 1, or one more than the redrive it comes from. */
  readonly number: number;
  /** The letter whose redrive led here: a second failure, which does not go round again by itself. */
  readonly failedAgainAfter: string | undefined;
}

export type LetterState = 'open' | 'redriven' | 'discarded';

export function failureOf(letter: DeadLetter): Failure {
  const redrive = parseRedriven(letter.headers[REDRIVEN_HEADER]?.toString());
  return {
    letter,
    number: redrive?.letterId === letter.id ? redrive.number + 1 : 1,
    failedAgainAfter: redrive?.letterId,
  };
}

/** What was claimed and not finished is still to be done. */
export function stateOf(action: LetterAction | undefined): LetterState {
  if (action?.state !== 'done') return 'open';
  return action.action === 'discard' ? 'discarded' : 'redriven';
}

/** Where a letter would go: the topic it was consumed from, or the MQTT topic it was published to. */
export type Destination =
  | { readonly kind: 'kafka'; readonly topic: string; readonly partition: number }
  | { readonly kind: 'mqtt'; readonly topic: string };

/** @returns a sentence when the letter cannot be sent as it came. */
export function destinationOf(letter: DeadLetter): Destination | string {
  if (letter.topic !== null && letter.partition !== null)
    return { kind: 'kafka', topic: letter.topic, partition: letter.partition };
  if (letter.mqttTopic === null) return 'it does not say where it came from';
  // The id is made of the whole body: a letter that holds less cannot have it.
  if (deadLetterIdOfMqtt(letter.mqttTopic, letter.value ?? Buffer.alloc(0)) !== letter.id)
    return 'it does not hold the whole body, which was too large for a dead letter';
  return { kind: 'mqtt', topic: letter.mqttTopic };
}
