import type {
  IConnectPacket,
  IDisconnectPacket,
  IPublishPacket,
  ISubscribePacket,
  IUnsubscribePacket,
} from 'mqtt-packet';

export interface ConnectionSettings {
  clientId: string;
  /** The topic filter to subscribe to. */
  filter: string;
  /** Where the broker tells how many messages it has dropped; undefined where none does. */
  dropsTopic?: string | undefined;
  /** What we publish to ourselves, and how often; undefined for nothing. */
  heartbeat?: { topic: string; everyMs: number } | undefined;
  /** How long the broker keeps messages for us while we are away. */
  sessionExpirySeconds: number;
  /** How many messages the broker may have in flight to us: the back-pressure while Kafka is slow or away. */
  receiveMaximum: number;
  keepaliveSeconds: number;
  /** Takes what the broker still has for us, and ends the session instead of receiving on. */
  retires?: boolean | undefined;
  /** How long connecting and subscribing may take. */
  establishTimeoutMs: number;
  username?: string | undefined;
  password?: Buffer | undefined;
}

/** To ourselves, in the same queue as what vehicles send. One is under way at most, so one packet id is enough. */
export function heartbeatPacket(topic: string, payload: string): IPublishPacket {
  return { cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false };
}

export function connectPacket(settings: ConnectionSettings): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId: settings.clientId,
    clean: false,
    keepalive: settings.keepaliveSeconds,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    properties: {
      sessionExpiryInterval: settings.sessionExpirySeconds,
      receiveMaximum: settings.receiveMaximum,
      // Every message carries its topic. No Maximum Packet Size: a broker silently drops what is larger.
      topicAliasMaximum: 0,
    },
  };
}

const RETAINED_MESSAGES_AT_SUBSCRIBE = 0;
const RETAINED_MESSAGES_NEVER = 2;

/** Sent at every connection: it changes nothing in a session that has it, and repairs one that does not. */
export function subscribePacket({
  filter,
  dropsTopic,
  heartbeat,
  retires,
}: Pick<ConnectionSettings, 'filter' | 'dropsTopic' | 'heartbeat' | 'retires'>): ISubscribePacket {
  const readings = { topic: filter, qos: 1, nl: false, rap: true, rh: RETAINED_MESSAGES_NEVER } as const;
  // At most once: what the broker tells about itself is not worth a place in the session.
  const drops = { ...readings, qos: 0, rh: RETAINED_MESSAGES_AT_SUBSCRIBE } as const;
  return {
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [
      ...(retires ? [] : [readings]),
      ...(heartbeat === undefined ? [] : [{ ...readings, topic: heartbeat.topic }]),
      ...(dropsTopic === undefined ? [] : [{ ...drops, topic: dropsTopic }]),
    ],
  };
}

/** From here on the broker keeps nothing more for us; what it has, it still delivers. */
export function unsubscribePacket({ filter }: Pick<ConnectionSettings, 'filter'>): IUnsubscribePacket {
  return { cmd: 'unsubscribe', messageId: 2, unsubscriptions: [filter] };
}

/** Goodbye; the session stays for our return, or ends with the connection. */
export function disconnectPacket(session: 'stays' | 'ends'): IDisconnectPacket {
  return {
    cmd: 'disconnect',
    reasonCode: 0,
    ...(session === 'ends' ? { properties: { sessionExpiryInterval: 0 } } : {}),
  };
}

/** The reason codes that tell an operator what to do. https://docs.oasis-open.org/mqtt/mqtt/v5.0/, 2.4 */
const REASONS: Record<number, string> = {
  0x01: 'unacceptable protocol version: the broker does not speak MQTT 5',
  0x82: 'protocol error',
  0x84: 'unsupported protocol version: the broker does not speak MQTT 5',
  0x85: 'client identifier not valid',
  0x86: 'bad user name or password',
  0x87: 'not authorized',
  0x88: 'server unavailable',
  0x89: 'server busy',
  0x8b: 'server shutting down',
  0x8d: 'keep alive timeout',
  0x8e: 'session taken over',
  0x8f: 'topic filter invalid',
  0x93: 'receive maximum exceeded',
  0x95: 'packet too large',
  0x97: 'quota exceeded',
  0x98: 'administrative action',
  0xa2: 'wildcard subscriptions not supported',
};

export function reasonName(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')} ${REASONS[code] ?? ''}`.trimEnd();
}
