import type { IConnackPacket } from 'mqtt-packet';

export interface Wishes {
  sessionExpirySeconds: number;
  /** The session was there a moment ago: without it, what was published meanwhile is lost. */
  expectsSession: boolean;
}

/** One way in which the broker granted less than the bridge needs to lose nothing. */
export interface Shortfall {
  what: 'session' | 'session-expiry' | 'qos';
  asked: string | number;
  granted: string | number;
}

const AT_LEAST_ONCE = 1;

/**
 * What is missing from what the broker granted. Receive Maximum is not among it: MQTT has no answer to it, and a
 * broker that keeps less in flight shows as a small window.
 */
export function shortfallsOf(connack: IConnackPacket, grantedQos: number, wishes: Wishes): Shortfall[] {
  const shortfalls: Shortfall[] = [];
  // Left out, it is what was asked for [MQTT 5, 3.2.2.3.2].
  const expiry = connack.properties?.sessionExpiryInterval ?? wishes.sessionExpirySeconds;
  if (expiry < wishes.sessionExpirySeconds) {
    shortfalls.push({ what: 'session-expiry', asked: wishes.sessionExpirySeconds, granted: expiry });
  }
  if (wishes.expectsSession && !connack.sessionPresent) {
    shortfalls.push({ what: 'session', asked: 'present', granted: 'absent' });
  }
  if (grantedQos < AT_LEAST_ONCE) {
    shortfalls.push({ what: 'qos', asked: AT_LEAST_ONCE, granted: grantedQos });
  }
  return shortfalls;
}
