import { parseMessageId } from './identity.js';

/**
 * The Kafka header, and MQTT user property, of a message that was redriven: `<dead letter id>/<number>`, where
 * the number counts how often that dead letter was. It travels on into the dead letter of a second failure, which
 * is how that one is told from a first.
 */
export const REDRIVEN_HEADER = 'navora-redriven';

export interface Redrive {
  readonly letterId: string;
  /** 1 the first time. */
  readonly number: number;
}

export function redrivenHeader({ letterId, number }: Redrive): string {
  return `${letterId}/${number}`;
}

/** @returns undefined if the text is none of ours: anybody may send a header of that name. */
export function parseRedriven(text: string | undefined): Redrive | undefined {
  const [, id = '', number] = /^([^/]{36})\/([1-9]\d{0,5})$/.exec(text ?? '') ?? [];
  const letterId = parseMessageId(id);
  return letterId === undefined ? undefined : { letterId, number: Number(number) };
}
