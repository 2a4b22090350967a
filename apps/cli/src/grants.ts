import type { ServiceName } from '@navora/runtime';
import { GROUPS, TOPICS } from '@navora/schemas';

/** Whoever makes topics and tables owns them, and is granted nothing. */
export type Grantee = Exclude<ServiceName, 'migrate'>;

export interface KafkaGrant {
  on: 'topic' | 'group' | 'groups beginning with';
  name: string;
  /** `read` and `write` include the description. */
  may: readonly ('read' | 'write' | 'describe' | 'describe-configs' | 'delete')[];
}

const topic = (name: string, ...may: KafkaGrant['may']): KafkaGrant => ({ on: 'topic', name, may });
const group = (name: string, ...may: KafkaGrant['may']): KafkaGrant => ({ on: 'group', name, may });

/** What each may do in Kafka, and nothing else. */
export const KAFKA_GRANTS: Record<Grantee, readonly KafkaGrant[]> = {
  bridge: [topic(TOPICS.readings, 'write'), topic(TOPICS.deadLetters, 'write')],
  processor: [
    topic(TOPICS.readings, 'read'),
    group(GROUPS.processor, 'read'),
    topic(TOPICS.signals, 'write'),
    topic(TOPICS.deadLetters, 'write'),
  ],
  alerts: [topic(TOPICS.signals, 'read'), group(GROUPS.alerts, 'read'), topic(TOPICS.deadLetters, 'write')],
  operator: [
    // A dead letter is sent on its way again.
    topic(TOPICS.readings, 'read', 'write', 'describe-configs'),
    topic(TOPICS.signals, 'read', 'describe-configs'),
    topic(TOPICS.deadLetters, 'read', 'describe-configs'),
    // The audit reads what was committed, and when.
    topic('__consumer_offsets', 'read'),
    ...Object.values(GROUPS).map((name) => group(name, 'describe')),
    // Kafka is read by groups that are made for it and deleted after.
    { on: 'groups beginning with', name: 'navora-audit-', may: ['read', 'delete'] },
    { on: 'groups beginning with', name: 'navora-reader-', may: ['read', 'delete'] },
  ],
  // Until when Kafka holds copies.
  erase: Object.values(TOPICS).map((name) => topic(name, 'describe', 'describe-configs')),
  watch: [],
  // Programs of others, by groups of theirs.
  consumer: [
    topic(TOPICS.readings, 'read'),
    topic(TOPICS.signals, 'read'),
    { on: 'groups beginning with', name: 'consumer-', may: ['read'] },
  ],
};

/** `change` includes what a conditional statement needs to look at only together with `read`. */
export type TableRight = 'read' | 'change';

/** What each may do with tables of the keyspace, and nothing else; `*` are all of them. The others need none. */
export const TABLE_GRANTS: Record<
  Exclude<Grantee, 'bridge' | 'consumer'>,
  Readonly<Record<string, readonly TableRight[]>>
> = {
  processor: {
    readings: ['read', 'change'],
    latest_readings: ['change'],
    layout: ['read'],
    erasures: ['read'],
  },
  alerts: {
    vehicle_alerts: ['read', 'change'],
    alerts_by_day: ['read', 'change'],
    open_alerts: ['read', 'change'],
    alert_marks: ['read', 'change'],
    pending_notifications: ['read', 'change'],
    notifications: ['read', 'change'],
    notification_marks: ['read', 'change'],
    erasures: ['read'],
  },
  operator: {
    '*': ['read'],
    dead_letter_actions: ['change'],
    alert_actions: ['change'],
    devices: ['change'],
    revocation_lists: ['change'],
  },
  // `navora vehicles`: the only one who may remove what services have written, beside them.
  erase: {
    '*': ['read'],
    erasures: ['change'],
    readings: ['change'],
    latest_readings: ['change'],
    vehicle_alerts: ['change'],
    alerts_by_day: ['change'],
    open_alerts: ['change'],
    alert_marks: ['change'],
    pending_notifications: ['change'],
    notifications: ['change'],
    notification_marks: ['change'],
    alert_actions: ['change'],
    vehicle_connections: ['change'],
  },
  // `navora devices watch`, beside each MQTT broker.
  watch: {
    revocation_lists: ['read'],
    vehicle_connections: ['change'],
  },
};
