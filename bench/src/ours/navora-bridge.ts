import type { AtWork, Contestant, IntakeJob } from '../contestant.js';
import { runService } from '../side-process.js';

/** The bridge as it is shipped, with everything on. */
export const navoraBridge: Contestant<IntakeJob> = {
  name: 'navora',
  guarantees: { acknowledgedAfterKafka: true, orderPerVehicle: true },
  start: (job) => startBridge(job),
};

/** @param adminPort of its health and metrics; 0 is any */
export async function startBridge(job: IntakeJob, adminPort = 0): Promise<AtWork> {
  return runService('mqtt-bridge', job.folder, {
    ...job.identity,
    NAVORA_ADMIN_PORT: String(adminPort),
    NAVORA_MQTT_URL: job.mqttUrl,
    NAVORA_MQTT_CLIENT_ID: job.clientId,
    NAVORA_MQTT_TOPIC: job.mqttTopic,
    NAVORA_MQTT_RECEIVE_MAXIMUM: String(job.receiveMaximum),
    NAVORA_KAFKA_BROKERS: job.kafkaBrokers.join(','),
    NAVORA_READINGS_TOPIC: job.kafkaTopic,
    NAVORA_DEAD_LETTERS_TOPIC: job.deadLettersTopic,
    NAVORA_REGISTRY_URL: job.registryUrl,
  });
}
