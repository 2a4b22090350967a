import type { AtWork, StorageJob } from '../contestant.js';
import { runService } from '../side-process.js';

/** The alerts service as it is shipped; nobody is told of anything, since no channel is set up. */
export async function startAlerts(job: StorageJob, adminPort = 0): Promise<AtWork> {
  return runService('alerts', job.folder, {
    NAVORA_ADMIN_PORT: String(adminPort),
    NAVORA_KAFKA_BROKERS: job.kafkaBrokers.join(','),
    NAVORA_ALERTS_GROUP: `${job.groupId}-alerts`,
    NAVORA_SIGNALS_TOPIC: job.signalsTopic,
    NAVORA_CASSANDRA_CONTACT_POINTS: job.contactPoints.join(','),
    NAVORA_CASSANDRA_PORT: String(job.cassandraPort),
    NAVORA_CASSANDRA_DATA_CENTER: job.datacenter,
    NAVORA_CASSANDRA_KEYSPACE: job.keyspace,
    NAVORA_REGISTRY_URL: job.registryUrl,
  });
}
