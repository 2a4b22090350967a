import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, errors, types } from 'cassandra-driver';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { AuditError } from './audit-error.js';
import { AvroBodies } from './avro-bodies.js';
import { readAlertTables, readExpectedRows, readLatest, readLayout, scanRows } from './cassandra-evidence.js';
import type { Evidence, History, ReadingRecord } from './evidence.js';
import { HistoryReader } from './history.js';
import { judge } from './judge.js';
import { readKafka } from './kafka-evidence.js';
import { RecordReader } from './kafka-records.js';
import { type AuditOptions, type CompleteOptions, completeOptions } from './options.js';
import { caughtUp, lagsOf, type Standing, standingOf } from './quiet.js';
import type { AuditReport } from './report.js';
import { parseRules, type Rule } from './rules.js';

/** Below this many records the readings table is small enough to be read whole. */
const SMALL_TABLE = 300_000n;

/**
 * Reads the sender's history, the topics and the tables, and judges what became of every reading. Throws
 * `AuditError` when it cannot.
 */
export async function audit(given: AuditOptions): Promise<AuditReport> {
  const options = completeOptions(given);
  const rules = parseRules(await readText(options.rulesFile), options.rulesFile);
  const reader = new RecordReader(new AvroBodies(options.registryUrl), options.mqttTopicPattern);
  const history = await readHistory(options, reader);
  const kafka = new Kafka({
    ...{ clientId: 'navora-audit', brokers: [...options.kafkaBrokers], logLevel: logLevel.NOTHING },
    retry: { retries: 3 },
  });
  const admin = kafka.admin();
  const client = connectCassandra(options);
  try {
    await reaching('Kafka', options.kafkaBrokers.join(', '), () => admin.connect());
    await reaching('Cassandra', hostsOf(options).join(', '), () => client.connect());
    const standings = await reaching('Kafka', 'its topics', () => quietStandings(admin, options));
    const topics = await reaching('Kafka', 'its topics', () =>
      readKafka(kafka, admin, standings, history, reader, options),
    );
    const tables = await reaching('Cassandra', `keyspace ${options.cassandra.keyspace}`, () =>
      readTables(client, history, topics.records, standings[0], options),
    );
    options.onProgress('judging');
    return judge(evidenceOf({ history, rules, ...topics, ...tables }, standings, options));
  } finally {
    await Promise.allSettled([admin.disconnect(), client.shutdown()]);
  }
}

async function readHistory(options: CompleteOptions, reader: RecordReader): Promise<History> {
  const histories = new HistoryReader((body, vehicleId, encoding) =>
    reader.judgeSent(body, vehicleId, encoding),
  );
  for (const file of options.historyFiles) {
    options.onProgress(`reading ${file}`);
    await histories.readFile(file);
  }
  return histories.history();
}

async function quietStandings(admin: Admin, options: CompleteOptions): Promise<[Standing, Standing]> {
  const { processorGroup, alertsGroup, topics, waitForQuietSeconds, onProgress } = options;
  const patienceMs = waitForQuietSeconds * 1000;
  const until = (group: string, topic: string) =>
    caughtUp({ look: () => standingOf(admin, group, topic), patienceMs, onProgress, pause, now: Date.now });
  // Readings first: what the processor has committed by then has its signals within the ends taken after.
  const readings = await until(processorGroup, topics.readings);
  return [readings, await until(alertsGroup, topics.signals)];
}

async function readTables(
  client: Client,
  history: History,
  records: readonly ReadingRecord[],
  readings: Standing,
  { fullScan, onProgress }: CompleteOptions,
) {
  const layout = await readLayout(client);
  const inTopic = [...readings.ends].reduce(
    (sum, [partition, end]) => sum + end - (readings.starts.get(partition) ?? 0n),
    0n,
  );
  const whole = fullScan ?? inTopic <= SMALL_TABLE;
  onProgress(whole ? 'reading the whole readings table' : 'reading the rows of the vehicles');
  const rows = whole
    ? await scanRows(client, history)
    : await readExpectedRows(client, history, records, layout);
  onProgress('reading latest states and alerts');
  const latest = await readLatest(client, history, layout);
  return { rows, latest, layout, ...(await readAlertTables(client, history)) };
}

type Found = Pick<
  Evidence,
  'history' | 'records' | 'signals' | 'deadLetters' | 'rows' | 'latest' | 'alerts'
> &
  Pick<Evidence, 'alertHistory' | 'alertsByDay' | 'openAlerts'> & {
    rules: readonly Rule[];
    layout: { shardCount: number; bucketMs: number };
  };

function evidenceOf(
  found: Found,
  [readings, signals]: readonly [Standing, Standing],
  options: CompleteOptions,
): Evidence {
  const { starts, ends, committed } = readings;
  return {
    ...found,
    ...{ starts, ends, committed },
    lags: [readings, signals].flatMap(lagsOf),
    waited: options.waitForQuietSeconds > 0,
    settings: {
      readingsTopic: options.topics.readings,
      signalsTopic: options.topics.signals,
      mqttTopicPattern: options.mqttTopicPattern,
      clockSuspectMs: options.clockSuspectMs,
      retentionMs: options.retentionDays * 86_400_000,
      ...found.layout,
    },
  };
}

function hostsOf({ cassandra }: CompleteOptions): string[] {
  return cassandra.contactPoints.map((host) => (host.includes(':') ? host : `${host}:${cassandra.port}`));
}

function connectCassandra(options: CompleteOptions): Client {
  const { cassandra } = options;
  return new Client({
    contactPoints: hostsOf(options),
    localDataCenter: cassandra.dataCenter,
    keyspace: cassandra.keyspace,
    queryOptions: { consistency: types.consistencies.localQuorum },
    encoding: { map: Map, useBigIntAsLong: true },
  });
}

async function reaching<T>(service: string, where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(`${service} (${where}): ${sentenceOf(error)}`);
  }
}

/** The Cassandra driver prints its errors over many lines, and hides the cause in one of them. */
function sentenceOf(error: unknown): string {
  if (error instanceof errors.NoHostAvailableError) return 'no host could be reached';
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
