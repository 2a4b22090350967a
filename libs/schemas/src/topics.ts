/** Kafka topics, by what they carry. */
export const TOPICS = {
  readings: 'telemetry.readings.v1',
  signals: 'telemetry.signals.v1',
  deadLetters: 'telemetry.dead-letters.v1',
} as const;

/** Where a vehicle publishes, unless the bridge is told another pattern. */
export const TELEMETRY_TOPIC = 'vehicles/{vehicleId}/telemetry';

/** Kafka's consumer groups, by service, unless that is told another one. */
export const GROUPS = { processor: 'navora-processor', alerts: 'navora-alerts' } as const;

export type TopicName = (typeof TOPICS)[keyof typeof TOPICS];

export interface TopicLayout {
  /** Fixed for the topic's life: another count would move keys, and with them a vehicle's order. */
  partitions: number;
  /** Kafka's own topic settings. */
  settings: Record<string, string>;
}

export const TOPIC_LAYOUT: Record<TopicName, TopicLayout> = {
  [TOPICS.readings]: { partitions: 16, settings: { 'retention.ms': `${7 * 24 * 3600 * 1000}` } },
  [TOPICS.signals]: { partitions: 16, settings: { 'retention.ms': `${7 * 24 * 3600 * 1000}` } },
  // A dead letter carries its body of up to 512 KiB, which the default limit of 1 MiB would take, but not
  // together with hostile headers. One that cannot be produced would block the bridge's window for ever.
  [TOPICS.deadLetters]: {
    partitions: 4,
    settings: { 'retention.ms': `${30 * 24 * 3600 * 1000}`, 'max.message.bytes': `${2 * 1024 * 1024}` },
  },
};

/** The registry's subject of a topic's values. */
export function subjectOf(topic: string): string {
  return `${topic}-value`;
}

/** W3C trace context travels from MQTT user properties to Kafka headers under the same names. */
export const TRACE_HEADERS = ['traceparent', 'tracestate'] as const;

export const CONTENT_TYPE = {
  avro: 'application/vnd.confluent.avro',
  json: 'application/json',
} as const;

/** Bodies above this are dead-lettered by the bridge. */
export const MAX_BODY_BYTES = 64 * 1024;
