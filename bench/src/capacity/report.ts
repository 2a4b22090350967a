import type { Machine } from '../machine.js';
import { grouped, markdownTable } from '../table.js';
import type { WholeWayFigures } from '../whole-way/measure.js';
import { coresAt, deviation, lineThroughEnds } from './cost-model.js';
import type { CapacityFigures } from './measure.js';
import {
  needsOf,
  PARTS,
  type Assumptions,
  type Fleet,
  type Measured,
  type Needs,
  type Part,
  type Prices,
} from './sizing.js';

/** Of the design that this one replaces, as its author published it: 10,000 vehicles, a message per 10 s each. */
const REPLACED = { vehicles: 10_000, usdPerMonth: 8920 };
const FLEETS: readonly Fleet[] = [10_000, 100_000, 1_000_000].map((vehicles) => ({
  vehicles,
  everySeconds: 10,
}));

export interface Checked {
  ratePerSecond: number;
  predictedCores: number;
  measuredCores: number;
  deviation: number;
}

/** @throws RangeError when fewer than two rates were kept */
export function measuredOf({ live, bytesPerRow, bytesPerReadingInKafka }: CapacityFigures): Measured {
  const models = Object.fromEntries(
    PARTS.map((part) => [
      part,
      lineThroughEnds(
        live.map((figures) => ({
          ratePerSecond: figures.workload.ratePerSecond,
          cores: coresIn(figures, part),
        })),
      ),
    ]),
  ) as Measured['models'];
  return { models, bytesPerRow, bytesPerReadingInKafka };
}

/** The model held against what it was not made of: the rates between the slowest and the fastest. */
export function checkedAgainst(live: readonly WholeWayFigures[], { models }: Measured): Checked[] {
  return live.slice(1, -1).map((figures) => {
    const { ratePerSecond } = figures.workload;
    const predictedCores = PARTS.reduce((sum, part) => sum + coresAt(models[part], ratePerSecond), 0);
    const measuredCores = PARTS.reduce((sum, part) => sum + coresIn(figures, part), 0);
    return {
      ...{ ratePerSecond, predictedCores, measuredCores },
      deviation: deviation(predictedCores, measuredCores),
    };
  });
}

function coresIn({ observed }: WholeWayFigures, part: Part): number {
  const found = observed.byProcess[part];
  if (!found) throw new Error(`nobody looked at ${part}`);
  return found.cpuShare;
}

export interface Report {
  startedAt: Date;
  machine: Machine;
  figures: CapacityFigures;
  assumed: Assumptions;
  prices: Prices;
}

export function renderCapacity({ startedAt, machine, figures, assumed, prices }: Report): string {
  const measured = measuredOf(figures);
  const { models } = measured;
  const needs = FLEETS.map((fleet) => ({ fleet, needs: needsOf(fleet, measured, assumed, prices) }));
  const atTen = needs.find(({ fleet }) => fleet.vehicles === REPLACED.vehicles);
  return `# What a fleet needs

Written by \`npm run bench:capacity\` on ${startedAt.toISOString().slice(0, 10)}; nothing here was edited.

## Measured

Navora as it is shipped, the whole way from the vehicle to row and alert, one copy of everything on one machine: ${machine.processors}, ${machine.memoryGiB} GiB, ${machine.system}, ${machine.services}. Processors in use:

${markdownTable(
  ['messages a second', ...PARTS, 'all', 'row p50 / p99, ms'],
  figures.live.map((one) => [
    grouped(one.workload.ratePerSecond),
    ...PARTS.map((part) => coresIn(one, part).toFixed(2)),
    PARTS.reduce((sum, part) => sum + coresIn(one, part), 0).toFixed(2),
    `${one.toRow.afterMs.p50 ?? ''} / ${one.toRow.afterMs.p99 ?? ''}`,
  ]),
)}

On the disks: ${Math.round(figures.bytesPerRow)} bytes a row in Cassandra, ${Math.round(figures.bytesPerReadingInKafka)} bytes a reading with its signal in Kafka, one copy.

## The model

For each process a line through the slowest and the fastest rate: what it needs to be there, and what each message costs on top. (Java's compiler is still at work at the first rate; a cost of 0 says that nothing more was to be seen beside that.)

${markdownTable(
  ['process', 'processors', 'µs a message'],
  PARTS.map((part) => [
    part,
    models[part].fixedCores.toFixed(2),
    (models[part].coresPerMessagePerSecond * 1e6).toFixed(1),
  ]),
)}

Held against the rates between, which it was not made of:

${markdownTable(
  ['messages a second', 'predicted', 'measured', 'off by'],
  checkedAgainst(figures.live, measured).map((one) => [
    grouped(one.ratePerSecond),
    one.predictedCores.toFixed(2),
    one.measuredCores.toFixed(2),
    `${(one.deviation * 100).toFixed(0)} %`,
  ]),
)}

## What fleets need

A reading every ten seconds. ${assumed.copies} copies of rows and records; machines at ${assumed.load * 100} % of their processors; rows kept for ${assumed.rowsKeptDays} days, Kafka's records for ${assumed.kafkaKeptDays}; disks ${assumed.diskRoom} times what is on them; Kafka and Cassandra on machines of ${assumed.nodeCores} processors, with ${grouped(assumed.nodeDiskGiB)} GiB each at most in Cassandra. USD ${prices.coreHour} for a processor with 4 GiB and an hour, ${prices.diskGiBMonth} for a GiB of disk and a month, ${prices.zoneGiB} for a GiB between zones: list prices on demand, options of the command.

${markdownTable(
  [
    ...[
      'vehicles',
      'messages a second',
      'Cassandra nodes',
      'TiB in Cassandra',
      'Kafka nodes',
      'TiB in Kafka',
    ],
    ...['processors for the rest', 'USD a month'],
  ],
  needs.map(({ fleet, needs: one }) => rowOf(fleet, one)),
)}

${atTen ? comparison(atTen.needs) : ''}
## What it does not say

- **Copies are counted in full**: each of three nodes does what the one here did. A round between nodes costs more than one within a node, which nobody has measured here; that machines are half idle is to cover it.
- **Beyond the fastest rate that was kept** costs are taken to grow in proportion, though larger batches would save more. One partition of Kafka is one processor's, so at a million vehicles there are more topics or partitions ([runbook](../runbook.md#more-partitions)), and a broker for each segment of the vehicles.
- **TLS** costs the broker and Kafka more: \`npm run measure:tls\`.
- Bursts, as after an outage: the half that is idle is what catches up.
- People, backups, the registry (small), load balancers, and what vehicles' networks cost.
`;
}

function rowOf({ vehicles }: Fleet, needs: Needs): string[] {
  const tib = (gib: number) => (gib / 1024).toFixed(1);
  return [
    ...[grouped(vehicles), grouped(Math.round(needs.ratePerSecond))],
    ...[String(needs.cassandraNodes), tib(needs.cassandraDiskGiB)],
    ...[String(needs.kafkaNodes), tib(needs.kafkaDiskGiB)],
    ...[String(needs.serviceCores), grouped(Math.round(needs.usdPerMonth))],
  ];
}

function comparison({ usdPerMonth }: Needs): string {
  const share = Math.round((usdPerMonth / REPLACED.usdPerMonth) * 100);
  return `The serverless design that Navora replaces cost USD ${grouped(REPLACED.usdPerMonth)} a month for ${grouped(REPLACED.vehicles)} vehicles at this rate, as its author published: this is ${share} % of that, before anybody is paid to run it.
`;
}
