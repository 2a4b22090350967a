import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { FaultyLink } from '@navora/faults';
import type { ConsumedRecord } from '@navora/kafka';
import { bareReader, documentedMqttJs } from './baselines/sides.js';
import type { BenchStack } from './bench-stack.js';
import { ArrivalClock } from './clock.js';
import type { AtWork, Contestant, IntakeJob } from './contestant.js';
import { Corpus, recently, type CorpusOptions } from './corpus.js';
import { makeTopic, readTopic, recordsIn } from './kafka-topics.js';
import { ownFolder, whileAtWork, type Leg, type LegOptions } from './leg.js';
import { probeLoad } from './load-probe.js';
import { dropSession, fillSessions, sessionsOf } from './mqtt-backlog.js';
import { navoraBridge } from './ours/navora-bridge.js';
import { bentoIntake } from './peers/bento.js';
import { telegraf } from './peers/telegraf.js';
import { CostWatch, type Cost } from './process-costs.js';
import { untilDone } from './progress-wait.js';
import type { RunResult } from './results.js';
import { runInTurns } from './turns.js';
import { Tally } from './tally.js';

export const INTAKE_SIDES: readonly Contestant<IntakeJob>[] = [
  navoraBridge,
  documentedMqttJs,
  telegraf,
  bentoIntake,
  bareReader,
];

const RECEIVE_MAXIMUM = 2000;
const QUIET_MS = 300;

/** Leg a: messages wait in an MQTT session, and are to be in Kafka. */
export const intakeLeg = intakeLegOf({
  name: 'a',
  title: 'MQTT session to Kafka',
  sides: INTAKE_SIDES,
});

/** The same where Kafka is in another building: who waits for each answer feels it, who has many under way does not. */
export const intakeLegFromAfar = intakeLegOf({
  name: 'a-far',
  title: 'MQTT session to a Kafka that is a millisecond away',
  sides: [navoraBridge, documentedMqttJs, telegraf],
  kafkaAwayMs: 1,
});

export interface IntakeLeg {
  name: string;
  title: string;
  sides: readonly Contestant<IntakeJob>[];
  /** Of the messages that are asked for, 1 unless said. */
  portion?: number;
  /** How long each body is at least. */
  bodyBytes?: number;
  /** How long bytes take from the sides to Kafka, and back, beside what they take on one machine. */
  kafkaAwayMs?: number;
}

export function intakeLegOf({ name, title, sides, portion = 1, bodyBytes, kafkaAwayMs }: IntakeLeg): Leg {
  return {
    ...{ name, title },
    warms: 'intake',
    run: async (near, given) => {
      const options = { ...given, readings: Math.round(given.readings * portion), bodyBytes };
      const { stack, close } = await withKafkaAway(near, kafkaAwayMs);
      return runInTurns(name, sides, options, (side, run) =>
        runIntake(stack, options, side, run, name),
      ).finally(close);
    },
  };
}

/** What measures goes to Kafka by the short way all the same. */
async function withKafkaAway(
  stack: BenchStack,
  awayMs: number | undefined,
): Promise<{ stack: BenchStack; close(): Promise<void> }> {
  const { kafkaLink } = stack.endpoints;
  if (awayMs === undefined || !kafkaLink) return { stack, close: async () => undefined };
  const { host, listener, advertised } = kafkaLink;
  const link = await FaultyLink.to(host, listener, { host, port: advertised });
  link.delay(awayMs);
  const endpoints = { ...stack.endpoints, kafkaBrokers: [`${host}:${advertised}`] };
  return { stack: { ...stack, endpoints }, close: () => link.close() };
}

export async function runIntake(
  stack: BenchStack,
  options: LegOptions & Pick<CorpusOptions, 'bodyBytes'>,
  side: Contestant<IntakeJob>,
  run: number,
  leg = 'a',
): Promise<RunResult> {
  const name = `bench-a-${side.name}-${run}-${randomBytes(3).toString('hex')}`;
  const whole = new Corpus({ ...options, from: recently(options, Date.now()) });
  const corpus = whole.firstOf(Math.round(whole.size * (side.portion ?? 1)));
  const { endpoints, kafka, admin, readingSchemaId, identity } = stack;
  const job: IntakeJob = {
    mqttUrl: endpoints.mqttUrl,
    clientId: identity?.clientId ?? name,
    mqttTopic: identity?.mqttTopic ?? `${name}/{vehicleId}/telemetry`,
    receiveMaximum: RECEIVE_MAXIMUM,
    kafkaBrokers: endpoints.kafkaBrokers,
    kafkaTopic: `${name}.readings`,
    deadLettersTopic: `${name}.dead-letters`,
    registryUrl: endpoints.registryUrl,
    folder: ownFolder(options.folder, leg, side.name, run),
    ...(identity && { identity: identity.environment }),
  };
  const sessions = sessionsOf(job, side.sessions ?? 1);
  await makeTopic(admin, job.kafkaTopic);
  await makeTopic(admin, job.deadLettersTopic, { partitions: 4 });
  try {
    await fillSessions(job.mqttUrl, identity, sessions, corpus, readingSchemaId);
    const before = probeLoad();
    const atWork = await side.start(job);
    let costs: Record<string, Cost>;
    try {
      costs = await whileAtWork(atWork, untilAllArrived(stack, options, job, corpus, atWork));
    } finally {
      await atWork.stop();
    }
    const after = probeLoad();
    const clock = new ArrivalClock();
    const tally = new Tally(corpus);
    await readTopic(kafka, admin, job.kafkaTopic, (record) => {
      if (isHeartbeat(record)) return;
      clock.arrive(record.timestamp);
      see(record, tally, corpus, readingSchemaId, side);
    });
    return {
      ...{ leg, side: side.name, run, guarantees: side.guarantees },
      ...{ records: corpus.size, seconds: clock.seconds, ratePerSecond: clock.ratePerSecond },
      ...tally.faults,
      ...{ costs, probeMs: [before, after] },
    };
  } finally {
    for (const { clientId } of sessions) await dropSession(job.mqttUrl, clientId, identity);
    await admin.deleteTopics({ topics: [job.kafkaTopic, job.deadLettersTopic] });
  }
}

/** @returns what it cost from the first record on */
async function untilAllArrived(
  { admin, pids }: BenchStack,
  { signal }: LegOptions,
  { kafkaTopic, deadLettersTopic }: IntakeJob,
  corpus: Corpus,
  atWork: AtWork,
): Promise<Record<string, Cost>> {
  const waiting = { everyMs: 20, signal, progress: () => recordsIn(admin, kafkaTopic) };
  let first = 0;
  await untilDone(
    'the first record in Kafka',
    async () => (first = await recordsIn(admin, kafkaTopic)) > 0,
    waiting,
  );
  const watch = new CostWatch({ ...atWork.pids, ...pids });
  await untilDone(
    'all records in Kafka',
    async () => (await recordsIn(admin, kafkaTopic)) >= corpus.size,
    waiting,
  );
  const costs = watch.costs(corpus.size - first);
  await untilQuiet(() => recordsIn(admin, kafkaTopic));
  const letters = await recordsIn(admin, deadLettersTopic);
  if (letters > 0) throw new Error(`${letters} messages were given up`);
  return costs;
}

/** Heartbeats are records, too: with some among them there are enough a moment before the last reading. */
async function untilQuiet(count: () => Promise<number>): Promise<void> {
  for (let before = -1, now = await count(); now !== before; now = await count()) {
    before = now;
    await pause(QUIET_MS);
  }
}

/** Of the bridge's own, every ten seconds, and no reading. */
function isHeartbeat({ key, value }: ConsumedRecord): boolean {
  return key === null && value === null;
}

function see(
  { key, value }: ConsumedRecord,
  tally: Tally,
  corpus: Corpus,
  schemaId: number,
  { bodyIn }: Contestant<IntakeJob>,
): void {
  const body = value === null || !bodyIn ? value : bodyIn(value);
  const index = body ? corpus.indexOfBody(body) : undefined;
  const asSent =
    index !== undefined &&
    key?.toString() === corpus.vehicleIdOf(index) &&
    body?.equals(corpus.body(index, schemaId)) === true;
  tally.see(index, asSent);
}
