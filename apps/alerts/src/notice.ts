import { v5 as uuidV5 } from 'uuid';
import type { Alert } from './alert.js';
import type { Audience, ToldTransition } from './notifications-schema.js';

/** Something people are to be told: one transition of one alert, by one channel, to one audience. */
export interface Notice {
  /** The same whoever makes it, and when: Message-ID and webhook-id come from it. */
  readonly id: string;
  readonly transition: ToldTransition;
  /** As it is told. */
  readonly alert: Alert;
  readonly channel: string;
  readonly audience: Audience;
  /** When our bridge received the reading that caused it, ms since 1970. */
  readonly receivedAt: number;
  /** Not to be sent before, ms since 1970: `receivedAt`, or the end of the window that it waits for. */
  readonly dueAt: number;
}

/** A notice that waited for the end of its window, and is overtaken by a later one. */
export interface Withdrawn {
  readonly id: string;
  readonly channel: string;
  readonly dueAt: number;
}

/** What a transition tells people; part of it, so that it is made once. */
export interface Announcement {
  readonly notices: readonly Notice[];
  readonly withdrawn: readonly Withdrawn[];
  /** The reading was told of before these alerts were built anew: nothing goes out. */
  readonly known: boolean;
}

const NAMESPACE = '5b6f2a0c-7d0e-5c39-9a41-31f2c8e7d5aa';

/**
 * UUIDv5 over alert, transition, the reading that caused it, channel and audience. An alert opens once, so its
 * opening reading stands for it even when a later reading is the first that may tell of it.
 */
export function noticeId(
  alert: Alert,
  transition: ToldTransition,
  messageId: string,
  channel: string,
  audience: Audience,
): string {
  const reading = transition === 'opened' ? alert.openedBy : messageId;
  return uuidV5(`${alert.id}/${transition}/${reading}/${channel}/${audience}`, NAMESPACE);
}
