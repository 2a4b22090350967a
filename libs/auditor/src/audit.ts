import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'cassandra-driver';
import type { Admin, Kafka } from 'kafkajs';
import { Archive } from './archive.js';
import { AuditError } from './audit-error.js';
import { AvroBodies } from './avro-bodies.js';
import { bridgeThrough } from './bridge-through.js';
import {
  type Layout,
  readAlertTables,
  readExpectedRows,
  readLatest,
  readLayout,
  scanRows,
} from './cassandra-evidence.js';
import { readCommits } from './commit-log.js';
import { connectCassandra, connectKafka, hostsOf, reaching, registryCredentials } from './connections.js';
import type { Circumstances, Evidence } from './evidence.js';
import { readErasures, throughout } from './erasures.js';
import { readFaultLog } from './fault-log.js';
import { type Fleet, gatherHistory, lengthsOf, readingsIn, untilWrittenDown } from './gather-history.js';
import { judge } from './judge.js';
import { gatherLater, gatherTopics } from './kafka-evidence.js';
import { PulsesInKafka } from './kafka-pulses.js';
import { RecordReader } from './kafka-records.js';
import { type AuditOptions, type CompleteOptions, completeOptions } from './options.js';
import { caughtUp, lagsOf, type Standing, standingOf } from './quiet.js';
import type { AuditReport } from './report.js';
import { parseRules } from './rules.js';
import { sliceEvidence } from './slice-evidence.js';
import { sliceCountFor, Slices } from './slices.js';

/** Below this many records the readings table is small enough to be read whole. */
const SMALL_TABLE = 300_000;

/**
 * Reads the sender's history, the topics and the tables, and judges what became of every reading. May be run while
 * everything goes on. Throws `AuditError` when it cannot.
 */
export async function audit(given: AuditOptions): Promise<AuditReport> {
  const options = completeOptions(given);
  const rules = parseRules(await readText(options.rulesFile), options.rulesFile);
  const faults = options.faultsFile === undefined ? [] : await readFaultLog(options.faultsFile);
  const kafka = connectKafka(options);
  const admin = kafka.admin();
  const client = connectCassandra(options);
  let archive: Archive | undefined;
  try {
    await reaching('Kafka', options.kafkaBrokers.join(', '), () => admin.connect());
    await reaching('Cassandra', hostsOf(options).join(', '), () => client.connect());

    // The cut: what the histories say is acknowledged by now is in Kafka before the ends that are taken next, unless
    // the bridge is still at it.
    const lengths = await lengthsOf(options.historyFiles);
    const bridge = await reaching('Kafka', 'its topics', () => untilBridgeIsThrough(kafka, admin, options));
    const { standings, cutAt } = await reaching('Kafka', 'its topics', () => quietStandings(admin, options));
    await untilWrittenDown(options.historyFiles, cutAt);

    const erasedBefore = await reaching('Cassandra', 'the erasures', () => readErasures(client));
    const layout = await reaching('Cassandra', 'the layout', () => readLayout(client));
    const inTopic = recordsIn(standings[0]);
    const slices = new Slices(
      options.slices ?? sliceCountFor(Math.max(readingsIn(lengths), inTopic)),
      options.mqttTopicPattern,
    );
    archive = await Archive.open(slices.count);
    const reader = new RecordReader(
      new AvroBodies(options.registryUrl, registryCredentials(options)),
      options.mqttTopicPattern,
    );
    const fleet = await gatherHistory(archive, slices, lengths, layout, options);
    const work = { kafka, admin, reader, archive, slices, fleet, bucketMs: layout.bucketMs, options };
    const { keptSince, pulses } = await reaching('Kafka', 'its topics', () =>
      gatherTopics(work, standings, cutAt),
    );
    const commits = await readCommits(kafka, admin, commitmentsOf(options));
    await reaching('Cassandra', `keyspace ${options.cassandra.keyspace}`, () =>
      gatherTables({ client, ...work, layout, whole: options.fullScan ?? inTopic <= SMALL_TABLE }),
    );
    await reaching('Kafka', 'its topics', () => gatherLater(work, standings[0]));

    const erasedAfter = await reaching('Cassandra', 'the erasures', () => readErasures(client));

    const whole = {
      ...circumstances(standings, layout, options),
      ...{ rules, faults, cutAt, keptSince, pulses, bridge, startedAt: fleet.startedAt },
      erasures: throughout(erasedBefore, erasedAfter),
      ...(commits === undefined ? {} : { commits }),
      tapped: options.receivedFiles.length > 0,
    };
    return await judge(whole, evidenceBySlice(archive, slices, fleet, whole, reader, options));
  } finally {
    await Promise.allSettled([admin.disconnect(), client.shutdown(), archive?.close()]);
  }
}

async function untilBridgeIsThrough(kafka: Kafka, admin: Admin, options: CompleteOptions) {
  const { topics, waitForQuietSeconds, onProgress } = options;
  if (waitForQuietSeconds === 0) return 'not waited for' as const;
  const pulses = new PulsesInKafka(kafka, admin, topics.readings);
  const patienceMs = waitForQuietSeconds * 1000;
  return bridgeThrough({ pulses, patienceMs, onProgress, pause, now: Date.now });
}

async function quietStandings(admin: Admin, options: CompleteOptions) {
  const { processorGroup, alertsGroup, topics, waitForQuietSeconds, onProgress } = options;
  const patienceMs = waitForQuietSeconds * 1000;
  const until = (look: () => Promise<Standing>) =>
    caughtUp({ look, patienceMs, onProgress, pause, now: Date.now });
  let cutAt: number | undefined;
  // Readings first: what the processor has committed by then has its signals within the ends taken after.
  const readings = await until(async () => {
    const standing = await standingOf(admin, processorGroup, topics.readings);
    cutAt ??= Date.now();
    return standing;
  });
  const signals = await until(() => standingOf(admin, alertsGroup, topics.signals));
  return { standings: [readings, signals] as const, cutAt: cutAt ?? Date.now() };
}

function recordsIn({ starts, ends }: Standing): number {
  return [...ends].reduce((sum, [partition, end]) => sum + Number(end - (starts.get(partition) ?? 0n)), 0);
}

const commitmentsOf = ({ processorGroup, alertsGroup, topics }: CompleteOptions) => [
  { group: processorGroup, topic: topics.readings },
  { group: alertsGroup, topic: topics.signals },
];

interface TableReading {
  readonly client: Client;
  readonly archive: Archive;
  readonly slices: Slices;
  readonly fleet: Fleet;
  readonly layout: Layout;
  readonly options: CompleteOptions;
  /** Read the whole readings table. */
  readonly whole: boolean;
}

async function gatherTables({ client, archive, slices, fleet, layout, options, whole }: TableReading) {
  const { vehicles, buckets } = fleet;
  const { onProgress } = options;
  const put: Parameters<typeof readLatest>[3] = (vehicleId, entry) =>
    archive.put(slices.ofVehicle(vehicleId), entry);
  const takeRow: Parameters<typeof scanRows>[2] = (row) => put(row.vehicleId, ['row', row]);
  if (whole) await scanRows(client, vehicles, takeRow, onProgress);
  else await readExpectedRows(client, buckets, layout, takeRow, onProgress);
  onProgress('reading latest states and alerts');
  await readLatest(client, vehicles, layout, put);
  await readAlertTables(client, vehicles, put);
}

type Known = 'erasures' | 'rules' | 'faults' | 'cutAt' | 'keptSince' | 'pulses' | 'bridge' | 'commits';

function circumstances(
  [readings, signals]: readonly [Standing, Standing],
  layout: Layout,
  options: CompleteOptions,
): Omit<Circumstances, Known> {
  const { starts, ends, committed } = readings;
  return {
    ...{ starts, ends, committed, range: options.range, resetsAllowed: options.allowResets },
    lags: [readings, signals].flatMap(lagsOf),
    waited: options.waitForQuietSeconds > 0,
    settings: {
      readingsTopic: options.topics.readings,
      signalsTopic: options.topics.signals,
      mqttTopicPattern: options.mqttTopicPattern,
      clockSuspectMs: options.clockSuspectMs,
      retentionMs: options.retentionDays * 86_400_000,
      ...layout,
    },
  };
}

async function* evidenceBySlice(
  archive: Archive,
  slices: Slices,
  { vehicles }: Fleet,
  whole: Parameters<typeof sliceEvidence>[1],
  reader: RecordReader,
  { onProgress }: CompleteOptions,
): AsyncIterable<Evidence> {
  const inSlice = Array.from({ length: slices.count }, () => new Set<string>());
  for (const vehicleId of vehicles) inSlice[slices.ofVehicle(vehicleId)]?.add(vehicleId);
  for (const [slice, own] of inSlice.entries()) {
    onProgress(slices.count === 1 ? 'judging' : `judging (${Math.floor((100 * slice) / slices.count)} %)`);
    yield sliceEvidence(archive.read(slice), whole, own, (body, vehicleId, encoding) =>
      reader.judgeSent(body, vehicleId, encoding),
    );
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
