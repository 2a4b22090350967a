import { errorFields, type Logger } from '@navora/runtime';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { type KafkaAccess, kafkaSockets } from './kafka-socket.js';

export interface KafkaWatcher {
  /** Kafka had deleted records of a partition before its consumer got them; it goes on from the earliest left. */
  onExpiredRecords?(): void;
  /** What the client complains of, be it an outage or a refusal. */
  onComplaint?(error: string): void;
}

/** Our error classes decide what is loud; the client's own words are for whoever debugs it. */
export function createKafka(
  clientId: string,
  access: KafkaAccess,
  log: Logger,
  watcher?: KafkaWatcher,
): Kafka {
  return new Kafka({
    clientId,
    brokers: access.kafkaBrokers,
    socketFactory: kafkaSockets(access),
    connectionTimeout: 5000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => logOf(log, entry, watcher),
  });
}

/** What the client says when Kafka no longer has the offset to go on from: it goes on from the earliest there is. */
const RECORDS_ARE_GONE = /^Offset out of range, resetting/;

function logOf(log: Logger, { namespace, level, log: entry }: LogEntry, watcher?: KafkaWatcher): void {
  if (RECORDS_ARE_GONE.test(entry.message)) {
    // Kafka's retention was shorter than our outage. Nobody else can tell, so this must not look like a retry.
    const { topic, partition, groupId } = entry;
    log.error({ topic, partition, groupId }, 'records_expired_before_they_were_processed');
    watcher?.onExpiredRecords?.();
    return;
  }
  const fields = {
    namespace,
    message: entry.message,
    ...(entry['error'] ? errorFields(entry['error']) : {}),
  };
  if (level <= logLevel.WARN) {
    watcher?.onComplaint?.([entry.message, entry['error'], entry['stack']].map(String).join(' '));
    log.warn(fields, 'kafka_client');
  } else log.debug(fields, 'kafka_client');
}
