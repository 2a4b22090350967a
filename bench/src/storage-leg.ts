import { randomBytes } from 'node:crypto';
import { bytesPerRow } from './bytes-per-row.js';
import { nestTransport, ownOneLwt, unconditional } from './baselines/sides.js';
import { makeKeyspace, type BenchStack } from './bench-stack.js';
import type { AtWork, Contestant, StorageJob } from './contestant.js';
import { Corpus, recently, type CorpusOptions } from './corpus.js';
import { eachOnce, type Deliveries } from './deliveries.js';
import { fillTopic, makeTopic, readTopic, recordsIn } from './kafka-topics.js';
import { ownFolder, whileAtWork, type Leg, type LegOptions } from './leg.js';
import { probeLoad } from './load-probe.js';
import { registerNewerSchema } from './newer-schema.js';
import { navoraProcessor } from './ours/navora-processor.js';
import { bentoStorage, bentoStorageOnOurLayout } from './peers/bento.js';
import { CostWatch, type Cost } from './process-costs.js';
import { untilDone } from './progress-wait.js';
import type { RunResult } from './results.js';
import { examineRows, LastRows, READINGS } from './rows.js';
import { runInTurns } from './turns.js';

export const STORAGE_SIDES: readonly Contestant<StorageJob>[] = [
  navoraProcessor,
  ownOneLwt,
  nestTransport,
  bentoStorage,
  bentoStorageOnOurLayout,
  unconditional,
];

type CorpusOfLeg = Omit<CorpusOptions, 'from'>;

/** What is to be stored; each size is written to Kafka once, and all sides read the same records. */
export class StorageWorkload {
  private readonly topics = new Map<number, string>();
  private readonly whole: Corpus;

  constructor(
    private readonly stack: BenchStack,
    options: CorpusOfLeg,
    private readonly deliveries: Deliveries = eachOnce,
  ) {
    this.whole = new Corpus({ ...options, from: recently(options, Date.now()) });
  }

  async of(portion: number): Promise<{ corpus: Corpus; topic: string }> {
    const corpus = this.whole.firstOf(Math.round(this.whole.size * portion));
    let topic = this.topics.get(corpus.size);
    if (topic === undefined) {
      topic = `bench-b-${corpus.size}-${randomBytes(3).toString('hex')}`;
      this.topics.set(corpus.size, topic);
      await makeTopic(this.stack.admin, topic, { stampedByKafka: false });
      await fillTopic(this.stack.kafka, topic, corpus, this.stack.readingSchemaId, this.deliveries);
    }
    return { corpus, topic };
  }

  async drop(): Promise<void> {
    const topics = [...this.topics.values()];
    if (topics.length > 0) await this.stack.admin.deleteTopics({ topics });
  }
}

/** Leg b: readings wait in Kafka, and are to be rows in Cassandra. */
export const storageLeg = storageLegOf({ name: 'b', title: 'Kafka to rows', signals: false });

/** The same with one signal per reading in Kafka, too. */
export const storageLegWithSignals = storageLegOf({
  name: 'b-signals',
  title: 'Kafka to rows and signals',
  signals: true,
});

export interface StorageLeg {
  name: string;
  title: string;
  signals: boolean;
  /** Instead of as many as are asked for. */
  vehicles?: number;
  /** Of the readings that are asked for, 1 unless said. */
  portion?: number;
  /** What the readings are like, where they are not like those of all other legs. */
  readings?: Pick<CorpusOptions, 'skewed' | 'bodyBytes'>;
  /** The second half is written with another schema than the first. */
  newerSchema?: boolean;
  deliveries?: Deliveries;
  /** Instead of all who store readings. */
  sides?: readonly Contestant<StorageJob>[];
}

export function storageLegOf(leg: StorageLeg): Leg {
  const { name, title, signals, vehicles, portion = 1, readings, deliveries } = leg;
  const sides = (leg.sides ?? STORAGE_SIDES).filter(
    ({ withoutSignals }) => !signals || withoutSignals !== true,
  );
  return {
    name,
    title,
    warms: 'storage',
    async run(stack, given) {
      const options = {
        ...given,
        readings: Math.round(given.readings * portion),
        vehicles: vehicles ?? given.vehicles,
      };
      const newerSchema = leg.newerSchema
        ? await registerNewerSchema(stack.endpoints.registryUrl)
        : undefined;
      const workload = new StorageWorkload(stack, { ...options, ...readings, newerSchema }, deliveries);
      try {
        return await runInTurns(name, sides, options, (side, run) =>
          runStorage(stack, options, workload, { leg: name, side, run, signals }),
        );
      } finally {
        await workload.drop();
      }
    },
  };
}

export interface StorageRun {
  leg: string;
  side: Contestant<StorageJob>;
  run: number;
  signals: boolean;
}

export async function runStorage(
  stack: BenchStack,
  options: LegOptions,
  workload: StorageWorkload,
  { leg, side, run, signals }: StorageRun,
): Promise<RunResult> {
  const unique = randomBytes(3).toString('hex');
  const name = `bench-b-${side.name}-${run}-${unique}`;
  const keyspace = `bench_${unique}`;
  const { endpoints, admin, cassandra, identity } = stack;
  const { corpus, topic } = await workload.of(side.portion ?? 1);
  const job: StorageJob = {
    kafkaBrokers: endpoints.kafkaBrokers,
    kafkaTopic: topic,
    signalsTopic: `${name}.signals`,
    deadLettersTopic: `${name}.dead-letters`,
    groupId: name,
    contactPoints: endpoints.cassandraContactPoints,
    cassandraPort: endpoints.cassandraPort,
    datacenter: endpoints.cassandraDataCenter,
    keyspace,
    registryUrl: endpoints.registryUrl,
    signals,
    folder: ownFolder(options.folder, leg, side.name, run),
    ...(identity && { identity: identity.environment }),
  };
  await makeTopic(admin, job.signalsTopic);
  await makeTopic(admin, job.deadLettersTopic, { partitions: 4 });
  await makeKeyspace(cassandra, keyspace);
  try {
    const before = probeLoad();
    const atWork = await side.start(job);
    let end: Stored;
    try {
      end = await whileAtWork(atWork, untilAllStored(stack, options, job, corpus, side, atWork));
    } finally {
      await atWork.stop();
    }
    const after = probeLoad();
    const { faults, clock } = await examineRows(cassandra, keyspace, side.table ?? READINGS, corpus);
    clock.extendTo(end.at);
    if (signals)
      await readTopic(stack.kafka, admin, job.signalsTopic, ({ timestamp }) => clock.extendTo(timestamp));
    const table = (side.table ?? READINGS).name;
    // Once is enough: the rows are the same in each run.
    const onDisk =
      run === 1 && stack.cassandraData !== undefined
        ? await bytesPerRow(cassandra, { data: stack.cassandraData, keyspace, table, rows: corpus.size })
        : undefined;
    return {
      ...{ leg, side: side.name, run, guarantees: side.guarantees },
      ...{ records: corpus.size, seconds: clock.seconds, ratePerSecond: clock.ratePerSecond },
      ...faults,
      ...{ costs: end.costs, bytesPerRow: onDisk, probeMs: [before, after] },
    };
  } finally {
    await cassandra.execute(`DROP KEYSPACE ${keyspace}`, [], { prepare: false });
    await admin.deleteTopics({ topics: [job.signalsTopic, job.deadLettersTopic] });
  }
}

interface Stored {
  /** ms since 1970 */
  at: number;
  costs: Record<string, Cost>;
}

async function untilAllStored(
  { admin, cassandra, pids }: BenchStack,
  { signal }: LegOptions,
  job: StorageJob,
  corpus: Corpus,
  side: Contestant<StorageJob>,
  atWork: AtWork,
): Promise<Stored> {
  const last = new LastRows(cassandra, job.keyspace, side.table ?? READINGS, corpus);
  const waiting = { everyMs: 15, signal };
  await untilDone('the first row', () => last.anyRow(), { ...waiting, everyMs: 25 });
  const watch = new CostWatch({ ...atWork.pids, ...pids });
  await untilDone('all rows', () => last.areThere(), { ...waiting, progress: () => last.progress() });
  const at = Date.now();
  if (job.signals) {
    const published = () => recordsIn(admin, job.signalsTopic);
    await untilDone('all signals', async () => (await published()) >= corpus.size, {
      ...waiting,
      progress: published,
    });
  }
  const costs = watch.costs(corpus.size);
  const letters = await recordsIn(admin, job.deadLettersTopic);
  if (letters > 0) throw new Error(`${letters} readings were given up`);
  return { at, costs };
}
