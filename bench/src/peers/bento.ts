import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCassandra } from '@navora/cassandra';
import { createLogger } from '@navora/runtime';
import type { AtWork, Contestant, IntakeJob, RowsElsewhere, StorageJob, WholeWayJob } from '../contestant.js';
import type { Guarantees } from '../guarantees.js';
import { runSide } from '../side-process.js';
import { intakeConfig, storageConfig, type BentoTable } from './bento-config.js';
import { goProgram, type GoProgram } from './go-program.js';

const PROGRAM: GoProgram = { name: 'bento', package: '.' };

/** A row of a reading that is there is left alone, whatever the reading says. Many inserts are on their way at once. */
const STORAGE: Guarantees = { committedAfterWrite: true, orderPerVehicle: false, conditionalWrite: true };
/** Its MQTT library acknowledges what it has handed over, and Bento has no setting for that. */
const INTAKE: Guarantees = { acknowledgedAfterKafka: false, orderPerVehicle: true };

/** The table that comes to mind first: a partition for each vehicle and day. */
const BY_VEHICLE_AND_DAY: RowsElsewhere = {
  name: 'readings_by_vehicle',
  vehicleId: 'vehicle_id',
  recordedAt: 'recorded_at',
  messageId: 'message_id',
  sequence: 'sequence',
  speedKph: 'speed_kph',
  keyOf: ({ vehicleId, recordedAt, messageId }) => ({
    vehicle_id: vehicleId,
    day: new Date(recordedAt).toISOString().slice(0, 10),
    recorded_at: recordedAt,
    message_id: messageId,
  }),
};

const USUAL: BentoTable = {
  name: BY_VEHICLE_AND_DAY.name,
  columns: { day: 'this.recordedAt.ts_format("2006-01-02", "UTC")' },
};

/** Navora's layout: 64 shards by the hash of Kafka's partitioner, and a bucket for each hour. */
const SHARDED: BentoTable = {
  name: 'readings',
  columns: {
    shard: 'this.vehicleId.kafka_hash() % 64',
    bucket: '(this.recordedAt.ts_unix() / 3600).floor() * 3600',
  },
};

export const bentoStorage: Contestant<StorageJob> = {
  name: 'bento',
  guarantees: STORAGE,
  withoutSignals: true,
  table: BY_VEHICLE_AND_DAY,
  prepare,
  start: startOnUsualTable,
};

export const bentoStorageOnOurLayout: Contestant<StorageJob> = {
  name: 'bento-on-our-layout',
  // Inserts of one partition meet each other: that layout is made for one writer that gathers them.
  portion: 0.1,
  guarantees: STORAGE,
  withoutSignals: true,
  prepare,
  start: (job) => startBento('bento-storage', job.folder, storageConfig(job, SHARDED)),
};

export const bentoIntake: Contestant<IntakeJob> = {
  name: 'bento',
  guarantees: INTAKE,
  prepare,
  start: startIntake,
};

export const bentoWholeWay: Contestant<WholeWayJob> = {
  name: 'bento',
  guarantees: { ...STORAGE, ...INTAKE, orderPerVehicle: false },
  withoutSignals: true,
  table: BY_VEHICLE_AND_DAY,
  prepare,
  async start({ intake, storage }) {
    const storing = await startOnUsualTable(storage);
    const taking = await startIntake(intake);
    return {
      pids: { ...taking.pids, ...storing.pids },
      ended: Promise.race([taking.ended, storing.ended].filter((ended) => ended !== undefined)),
      stop: async () => {
        await taking.stop();
        await storing.stop();
      },
    };
  },
};

async function prepare(): Promise<string | undefined> {
  const program = await goProgram(PROGRAM);
  return 'missing' in program ? program.missing : undefined;
}

async function startOnUsualTable(job: StorageJob): Promise<AtWork> {
  await makeUsualTable(job);
  return startBento('bento-storage', job.folder, storageConfig(job, USUAL));
}

function startIntake(job: IntakeJob): Promise<AtWork> {
  return startBento('bento-intake', job.folder, intakeConfig(job));
}

async function startBento(name: string, folder: string, config: object): Promise<AtWork> {
  const program = await goProgram(PROGRAM);
  if ('missing' in program) throw new Error(program.missing);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(config, undefined, 2));
  return runSide({ name, command: program.path, args: ['-c', file], folder });
}

async function makeUsualTable(job: StorageJob): Promise<void> {
  const cassandra = createCassandra(
    {
      cassandraContactPoints: job.contactPoints,
      cassandraPort: job.cassandraPort,
      cassandraDataCenter: job.datacenter,
    },
    createLogger('bench', 'silent'),
  );
  try {
    await cassandra.execute(
      `CREATE TABLE IF NOT EXISTS ${job.keyspace}.${USUAL.name} (
        vehicle_id text, day date, recorded_at timestamp, message_id uuid, sequence bigint,
        latitude double, longitude double, speed_kph double, fuel_level_percent double,
        engine_temperature_c double, cargo_temperature_c double, ignition_on boolean,
        extras frozen<map<text, text>>, clock_suspect boolean, received_at timestamp,
        origin_topic text, origin_partition int, origin_offset bigint,
        PRIMARY KEY ((vehicle_id, day), recorded_at, message_id)
      ) WITH compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': 7}
        AND default_time_to_live = ${365 * 24 * 3600}`,
      [],
      { prepare: false },
    );
  } finally {
    await cassandra.shutdown();
  }
}
