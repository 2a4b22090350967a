import type { Contestant, IntakeJob, RowsElsewhere, StorageJob } from '../contestant.js';
import { READINGS } from '../rows.js';
import { runProgram } from '../side-process.js';

const DAY_MS = 24 * 3_600_000;

/** One partition per vehicle and day, as readings are commonly laid out: single conditional inserts meet nobody there. */
export const BY_VEHICLE: RowsElsewhere = {
  ...READINGS,
  name: 'readings_by_vehicle',
  keyOf: ({ vehicleId, recordedAt, messageId }) => ({
    vehicle_id: vehicleId,
    day: dayOf(recordedAt),
    recorded_at: recordedAt,
    message_id: messageId,
  }),
};

export function dayOf(recordedAt: number): number {
  return Math.floor(recordedAt / DAY_MS) * DAY_MS;
}

/** As MQTT.js documents it: `handleMessage` awaits what becomes of the message, and only then is it acknowledged. */
export const documentedMqttJs: Contestant<IntakeJob> = {
  name: 'documented-mqttjs',
  guarantees: { acknowledgedAfterKafka: true, orderPerVehicle: true },
  portion: 0.1,
  start: (job) => runProgram('baselines/documented-mqttjs.ts', job),
};

/** The limit: acknowledges at once, checks nothing, and sends whatever has come. */
export const bareReader: Contestant<IntakeJob> = {
  name: 'bare-reader',
  guarantees: { acknowledgedAfterKafka: false, orderPerVehicle: true },
  start: (job) => runProgram('baselines/bare-reader.ts', job),
};

/** Our own client without group commit: one conditional insert per reading, as many at once as serve it best. */
export const ownOneLwt: Contestant<StorageJob> = {
  name: 'own-one-lwt',
  guarantees: { committedAfterWrite: true, orderPerVehicle: true, conditionalWrite: true },
  portion: 0.25,
  table: BY_VEHICLE,
  start: (job) => runProgram('baselines/own-one-lwt.ts', job),
};

/** As commonly written in Node: Nest's own Kafka transport, the registry's own deserializer, one awaited insert. */
export const nestTransport: Contestant<StorageJob> = {
  name: 'nest-transport',
  guarantees: { committedAfterWrite: true, orderPerVehicle: true, conditionalWrite: true },
  portion: 0.01,
  table: BY_VEHICLE,
  start: (job) => runProgram('baselines/nest-transport.ts', job),
};

/** The limit: the same rows into the same table by plain batches. What is delivered twice is written twice. */
export const unconditional: Contestant<StorageJob> = {
  name: 'unconditional',
  guarantees: { committedAfterWrite: true, orderPerVehicle: true, conditionalWrite: false },
  start: (job) => runProgram('baselines/unconditional.ts', job),
};
