import type { AtWork, Contestant, StorageJob } from '../contestant.js';
import { runService } from '../side-process.js';

/** The processor as it is shipped, with everything on; it also writes the latest state of each vehicle. */
export const navoraProcessor: Contestant<StorageJob> = {
  name: 'navora',
  guarantees: { committedAfterWrite: true, orderPerVehicle: true, conditionalWrite: true },
  start: (job) => startProcessor(job),
};

/**
 * @param adminPort of its health and metrics; 0 is any
 * @param more settings besides
 */
export async function startProcessor(
  job: StorageJob,
  adminPort = 0,
  more: Record<string, string> = {},
): Promise<AtWork> {
  return runService('processor', job.folder, {
    ...job.identity,
    ...more,
    NAVORA_ADMIN_PORT: String(adminPort),
    NAVORA_KAFKA_BROKERS: job.kafkaBrokers.join(','),
    NAVORA_PROCESSOR_GROUP: job.groupId,
    NAVORA_READINGS_TOPIC: job.kafkaTopic,
    NAVORA_SIGNALS_TOPIC: job.signals ? job.signalsTopic : 'none',
    NAVORA_DEAD_LETTERS_TOPIC: job.deadLettersTopic,
    NAVORA_CASSANDRA_CONTACT_POINTS: job.contactPoints.join(','),
    NAVORA_CASSANDRA_PORT: String(job.cassandraPort),
    NAVORA_CASSANDRA_DATA_CENTER: job.datacenter,
    NAVORA_CASSANDRA_KEYSPACE: job.keyspace,
    NAVORA_REGISTRY_URL: job.registryUrl,
  });
}
