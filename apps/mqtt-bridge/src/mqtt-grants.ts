import type { IConnackPacket } from 'mqtt-packet';

export interface Wishes {
  sessionExpirySeconds: number;
  receiveMaximum: number;
  /** The session was there a moment ago: without it, what was published meanwhile is lost. */
  expectsSession: boolean;
}

export const SHORTFALLS = ['session', 'session-expiry', 'receive-maximum', 'qos'] as const;

/** One way in which the broker granted less than the bridge needs to lose nothing. */
export interface Shortfall {
  what: (typeof SHORTFALLS)[number];
  asked: string | number;
  granted: string | number;
}

const AT_LEAST_ONCE = 1;

/**
 * What is missing from what the broker granted. MQTT has no answer to our Receive Maximum; but brokers have one
 * setting for both directions (mosquitto's `max_inflight_messages`, EMQX's `max_inflight`), so the Receive Maximum
 * of their own that they announce says how few they keep in flight to us.
 */
export function shortfallsOf(connack: IConnackPacket, grantedQos: number, wishes: Wishes): Shortfall[] {
  const shortfalls: Shortfall[] = [];
  // Left out, it is what was asked for [MQTT 5, 3.2.2.3.2].
  const expiry = connack.properties?.sessionExpiryInterval ?? wishes.sessionExpirySeconds;
  if (expiry < wishes.sessionExpirySeconds) {
    shortfalls.push({ what: 'session-expiry', asked: wishes.sessionExpirySeconds, granted: expiry });
  }
  // Left out, it is the largest there is [MQTT 5, 3.2.2.3.3].
  const inFlight = connack.properties?.receiveMaximum ?? wishes.receiveMaximum;
  if (inFlight < wishes.receiveMaximum) {
    shortfalls.push({ what: 'receive-maximum', asked: wishes.receiveMaximum, granted: inFlight });
  }
  if (wishes.expectsSession && !connack.sessionPresent) {
    shortfalls.push({ what: 'session', asked: 'present', granted: 'absent' });
  }
  if (grantedQos < AT_LEAST_ONCE) {
    shortfalls.push({ what: 'qos', asked: AT_LEAST_ONCE, granted: grantedQos });
  }
  return shortfalls;
}
