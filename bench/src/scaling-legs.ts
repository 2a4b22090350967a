import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AtWork, Contestant, IntakeJob, StorageJob } from './contestant.js';
import { intakeLegOf } from './intake-leg.js';
import type { Leg } from './leg.js';
import { sessionsOf } from './mqtt-backlog.js';
import { navoraBridge, startBridge } from './ours/navora-bridge.js';
import { navoraProcessor, startProcessor } from './ours/navora-processor.js';
import { storageLegOf } from './storage-leg.js';

/** A group of so many, each with its share of the partitions. */
function processors(count: number): Contestant<StorageJob> {
  return {
    ...navoraProcessor,
    name: count === 1 ? 'one-processor' : `${count}-processors`,
    start: (job) => together('processor', Array<StorageJob>(count).fill(job), startProcessor),
  };
}

/** So many, each with its part of the topics, in a session of its own. */
function bridges(count: number): Contestant<IntakeJob> {
  return {
    ...navoraBridge,
    name: count === 1 ? 'one-bridge' : `${count}-bridges`,
    sessions: count,
    start: (job) => together('bridge', sessionsOf(job, count), startBridge),
  };
}

/** One process for each job, or none if one of them cannot be started. */
async function together<Job extends { folder: string }>(
  name: string,
  jobs: readonly Job[],
  start: (job: Job) => Promise<AtWork>,
): Promise<AtWork> {
  const members: AtWork[] = [];
  const stop = async () => void (await Promise.all(members.map((member) => member.stop())));
  try {
    for (const [index, job] of jobs.entries()) {
      const folder = join(job.folder, String(index + 1));
      mkdirSync(folder, { recursive: true });
      members.push(await start({ ...job, folder }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pids: Object.fromEntries(
      members.flatMap(({ pids }, index) =>
        Object.values(pids).map((pid) => [index === 0 ? name : `${name} ${index + 1}`, pid]),
      ),
    ),
    ended: Promise.race(members.flatMap(({ ended }) => ended ?? [])),
    stop,
  };
}

/** With so many rules, of which each reading is judged by all. */
function rules(count: number): Contestant<StorageJob> {
  return {
    ...navoraProcessor,
    name: count === 1 ? 'one-rule' : `${count}-rules`,
    start(job) {
      const file = join(job.folder, 'rules.yaml');
      writeFileSync(file, rulesFile(count));
      return startProcessor(job, 0, { NAVORA_RULES_FILE: file });
    },
  };
}

/** Thresholds that next to nothing breaches, so that it is the judging that costs, and not the news. */
function rulesFile(count: number): string {
  const measurements = ['engineTemperatureC', 'speedKph', 'cargoTemperatureC', 'odometerKm'];
  const one = (index: number) => `  - id: rule-${index + 1}
    measurement: ${measurements[index % measurements.length]}
    above: ${500_000 + index}
    clear: ${400_000}
    severity: warning
`;
  return `rules:\n${Array.from({ length: count }, (_, index) => one(index)).join('')}`;
}

/** On few processors more members store no more; what each record costs, and whether all are there, is the point. */
export const SCALING_LEGS: readonly Leg[] = [
  intakeLegOf({
    name: 'a-bridges',
    title: 'MQTT sessions to Kafka, by 1 and 2 bridges',
    sides: [1, 2].map(bridges),
  }),
  storageLegOf({
    name: 'b-processors',
    title: 'Kafka to rows and signals, by 1, 2 and 4 processors',
    signals: true,
    sides: [1, 2, 4].map(processors),
  }),
  ...[
    { name: 'b-1k-vehicles', vehicles: 1000 },
    { name: 'b-10k-vehicles', vehicles: 10_000 },
    { name: 'b-100k-vehicles', vehicles: 100_000 },
  ].map(({ name, vehicles }) =>
    storageLegOf({
      ...{ name, vehicles, signals: true, sides: [navoraProcessor] },
      title: `Kafka to rows and signals, ${vehicles} vehicles`,
    }),
  ),
  storageLegOf({
    name: 'b-rules',
    title: 'Kafka to rows and signals, judged by 1, 10 and 100 rules',
    signals: true,
    sides: [1, 10, 100].map(rules),
  }),
];
