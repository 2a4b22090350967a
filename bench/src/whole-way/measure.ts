import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from '../bench-stack.js';
import type { CommitLog } from '../commit-log.js';
import type { RowsElsewhere, WholeWayJob } from '../contestant.js';
import { whileAtWork } from '../leg.js';
import { READINGS } from '../rows.js';
import { workspaceRoot } from '../workspace.js';
import { backlogOf, standingOf, type Standing } from './backlog.js';
import { generatorProgram, startGenerator, type LoadReport } from './generator-process.js';
import { allReadings, breachesIn, dueAt, measuredReadings, type LoadPlan } from './load-plan.js';
import type { WholeWayAtWork } from './navora.js';
import { observe, type Observed } from './observation.js';
import { PlannedAlerts, type AlertFindings } from './planned-alerts.js';
import { compareRecords, type RecordFindings } from './planned-records.js';
import { PlannedRows, type RowFindings } from './planned-rows.js';
import { Lookout, sampleOf, type Sightings } from './sighting.js';
import { now } from './wall-clock.js';

export interface Workload {
  ratePerSecond: number;
  vehicles: number;
  warmUpSeconds: number;
  measuredSeconds: number;
}

/** A side at work, and where to look for what it does. */
export interface Measured {
  job: WholeWayJob;
  atWork: WholeWayAtWork;
  table?: RowsElsewhere | undefined;
  /** Whether it raises alerts. */
  alerts: boolean;
}

export interface WholeWayFigures {
  workload: Workload;
  commitLog: CommitLog;
  /** Whether it stored as fast as was sent: the backlog did not grow. */
  kept: boolean;
  /** What was sent, less what the backlog grew by. */
  storedPerSecond: number;
  /** From when the last reading was due until all were stored and committed. */
  drainedAfterMs: number | null;
  toVehicle: LoadReport['acknowledgedAfterMs'];
  generatorLateMs: LoadReport['sentAfterMs'];
  toRow: Sightings;
  toAlert: Sightings | null;
  loopDelaysMs: Record<string, number>;
  observed: Observed;
  unacknowledged: number;
  refused: LoadReport['refused'];
  records: RecordFindings;
  rows: RowFindings;
  alerts: AlertFindings | null;
}

/** Time for a generator to make its packets and connect. */
const AHEAD_MS = 4000;
const ROW_SAMPLES_PER_SECOND = 25;
const ALERTS_PER_SECOND = 10;
const CONNECTIONS = 2;
/** Of the rate. A backlog that grows less may be one that breathes: commits come twice a second. */
const GROWTH_KEPT = 0.02;
const NO_PROGRESS_MS = 60_000;

/** One workload on one side: sends, watches, waits until all is stored, and compares it with what was sent. */
export async function measureWholeWay(
  stack: BenchStack,
  { job, atWork, table = READINGS, alerts }: Measured,
  workload: Workload,
): Promise<WholeWayFigures> {
  const { admin, cassandra, endpoints, kafka, readingSchemaId: schemaId } = stack;
  const { kafkaTopic: topic, groupId, keyspace } = job.storage;
  const consumer = { groupId, topic };
  const program = await generatorProgram(workspaceRoot);
  const { records: recordsBefore, committed: before } = await standingOf(admin, consumer);
  const plan: LoadPlan = {
    ...workload,
    run: randomBytes(4).toString('hex'),
    startAt: Math.ceil(now() + AHEAD_MS),
    alertsPerSecond: ALERTS_PER_SECOND,
  };
  const { mqttTopic } = job.intake;
  const generator = await startGenerator(program, {
    ...{ plan, mqttTopic, schemaId, mqttUrl: endpoints.mqttUrl, connections: CONNECTIONS },
  });
  try {
    if (now() > plan.startAt) throw new Error('the load generator was too slow to begin in time');
    const range = measuredReadings(plan);
    const rows = new PlannedRows(cassandra, keyspace, table, plan);
    const raised = alerts ? new PlannedAlerts(cassandra, keyspace, plan) : undefined;
    const samples = sampleOf(range, plan.ratePerSecond, ROW_SAMPLES_PER_SECOND);
    const from = dueAt(plan, range.from);
    const [report, toRow, toAlert, observed, loopDelaysMs] = await whileAtWork(
      atWork,
      Promise.all([
        generator.finished,
        new Lookout(plan, (number) => rows.isThere(number)).watch(samples),
        raised
          ? new Lookout(plan, (number) => raised.isThere(number)).watch(breachesIn(plan, range))
          : Promise.resolve(null),
        observe({
          // What looks is at work on the same processors.
          pids: { ...stack.pids, ...atWork.pids, generator: generator.pid, benchmark: process.pid },
          messages: range.end - range.from,
          from,
          until: dueAt(plan, range.end),
          backlog: () => backlogOf(admin, consumer, plan, before).catch(() => undefined),
        }),
        delaysWithin(atWork, from, dueAt(plan, range.end)),
      ]),
    );
    const drainedAfterMs = await untilStored(
      () => standingOf(admin, consumer),
      recordsBefore + allReadings(plan).end - report.unacknowledged.length,
      dueAt(plan, range.end),
    );
    const unknown = report.unacknowledged;
    return {
      ...{
        workload,
        commitLog: stack.commitLog ?? 'group',
        toRow,
        toAlert,
        loopDelaysMs,
        observed,
        drainedAfterMs,
      },
      storedPerSecond: Math.round(plan.ratePerSecond - Math.max(0, observed.backlog.growthPerSecond)),
      kept: observed.backlog.growthPerSecond <= GROWTH_KEPT * plan.ratePerSecond,
      toVehicle: report.acknowledgedAfterMs,
      generatorLateMs: report.sentAfterMs,
      unacknowledged: unknown.length,
      refused: report.refused,
      records: await compareRecords(kafka, admin, topic, plan, unknown),
      rows: await rows.compare(unknown),
      alerts: (await raised?.compare(unknown)) ?? null,
    };
  } finally {
    generator.end();
  }
}

/** The first answer is of the time before, and is thrown away. */
async function delaysWithin(
  { loopDelaysMs }: WholeWayAtWork,
  from: number,
  until: number,
): Promise<Record<string, number>> {
  await pause(Math.max(0, from - now()));
  await loopDelaysMs?.();
  await pause(Math.max(0, until - now()));
  return (await loopDelaysMs?.()) ?? {};
}

/**
 * What else stands in the topic, heartbeats above all, is to be committed as well: else it would hide as many readings.
 * @returns ms, or null when it came to a standstill before
 */
async function untilStored(
  standing: () => Promise<Standing>,
  expectedRecords: number,
  since: number,
): Promise<number | null> {
  let [most, progressAt] = [0, now()];
  while (now() - progressAt < NO_PROGRESS_MS) {
    const found = await standing().catch(() => undefined);
    if (found && found.records >= expectedRecords && found.committed >= found.records)
      return Math.round(now() - since);
    if (found && found.committed > most) [most, progressAt] = [found.committed, now()];
    await pause(100);
  }
  return null;
}
