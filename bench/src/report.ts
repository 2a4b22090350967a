import { renderGuarantees } from './guarantees.js';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart } from './chart.js';
import type { Machine } from './machine.js';
import type { LegResults } from './results.js';
import { summarise, type SideSummary } from './summary.js';
import { grouped, HEAD, markdownTable, rowsOf } from './table.js';
import type { TargetOutcome } from './targets.js';
import { LIVE_HEAD, liveRowsOf } from './whole-way/live-rows.js';

export interface Figures extends LegResults {
  startedAt: string;
  /** What was typed. */
  command: string;
  /** Legs that could not be run to their ends. */
  unfinished: { leg: string; because: string }[];
  machine: Machine;
  workload: { runs: number; readings: number; vehicles: number; seed: number };
  targets: TargetOutcome[];
}

/** `<name>.md`, `<name>.json` and a chart per leg. */
export function writeReport(folder: string, name: string, figures: Figures): void {
  mkdirSync(folder, { recursive: true });
  const summaries = summarise(figures.runs);
  const charts = [...new Set(summaries.map(({ leg }) => leg))].map((leg) => {
    const file = `${name}-leg-${leg.replaceAll(/[^\w-]+/g, '-').replace(/-$/, '')}.svg`;
    const bars = summaries.flatMap((one) =>
      one.leg === leg && one.rate ? [{ label: one.side, ...one.rate }] : [],
    );
    writeFileSync(join(folder, file), barChart(`Leg ${leg}: readings a second`, bars));
    return `![Leg ${leg}: readings a second](${file})`;
  });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(figures, undefined, 2)}\n`);
  writeFileSync(join(folder, `${name}.md`), reportOf(figures, summaries, charts));
}

function reportOf(
  { startedAt, command, machine, workload, targets, unfinished, skipped, runs }: Figures,
  summaries: readonly SideSummary[],
  charts: string[],
): string {
  const probes = runs.flatMap(({ probeMs }) => probeMs).filter((ms) => ms > 0);
  return `# One run of the benchmark

Written by \`${command}\` on ${startedAt.slice(0, 16).replace('T', ' ')} UTC; nothing here was edited. What is compared, and why it is fair: [README.md](README.md).

${markdownTable(HEAD, rowsOf(summaries))}

${charts.join('\n\n')}

## What each side promises

${markdownTable(
  ['leg', 'side', 'promises'],
  summaries.map(({ leg, side, guarantees }) => [leg, side, renderGuarantees(guarantees)]),
)}

## What we want to be ahead by

${markdownTable(
  ['leg', 'against', 'asked', 'was', ''],
  targets.map(({ leg, against, target, atMost, in: inWhat, value, met }) => [
    leg,
    against,
    `${atMost ? 'at most' : 'at least'} ${target}`,
    value === null ? 'void' : [String(value), ...(inWhat ? [`in ${inWhat}`] : [])].join(' '),
    met ? 'met' : '**missed**',
  ]),
)}

${liveSection(runs)}## What it costs

CPU-seconds per million readings, and the largest resident memory, by process. Kafka, Cassandra and mosquitto serve one side after the other, so their memory is that of all before, too.

${markdownTable(['leg', 'side', 'process', 'CPU-s per million', 'peak MiB'], costRows(summaries))}

## How it was measured

- ${workload.runs} run${workload.runs === 1 ? '' : 's'} of each side in turns, ${grouped(workload.readings)} readings of ${grouped(workload.vehicles)} vehicles, seed ${workload.seed}.
- ${machine.processors}, ${machine.memoryGiB} GiB, ${machine.system}; the load and all services are on the same machine.
- Node ${machine.node}, ${machine.java}; ${machine.services}.
- Cassandra's commit log: ${machine.commitLog}, unless the leg says otherwise. Other settings than the local stack's: ${machine.otherSettings.join(', ') || 'none'}. The same for every side.
- A fixed bit of work took ${Math.round(Math.min(...probes))} to ${Math.round(Math.max(...probes))} ms before and after the runs: far apart means that somebody else was at work.
${unfinished.map(({ leg, because }) => `- Leg ${leg} could not be run: ${because.split('\n')[0]}\n`).join('')}${skipped.map(({ leg, side, because }) => `- Leg ${leg}: ${side} was left out: ${because}.\n`).join('')}${summaries.flatMap(({ leg, side, failures }) => failures.map((failure) => `- Leg ${leg}: ${side} failed: ${failure.split('\n')[0]}\n`)).join('')}`;
}

function liveSection(runs: Figures['runs']): string {
  const rows = liveRowsOf(runs);
  if (rows.length === 0) return '';
  return `## How long it takes, live

From when a reading was due, whoever held it up: p50 / p99 / p99.9. Of rows a sample, of alerts all; p99.9 only where there are a thousand.

${markdownTable(LIVE_HEAD, rows)}

`;
}

function costRows(summaries: readonly SideSummary[]): string[][] {
  return summaries.flatMap(({ leg, side, costs }) =>
    Object.entries(costs).map(([process, { cpuSecondsPerMillion, peakRssMiB }]) => [
      leg,
      side,
      process,
      cpuSecondsPerMillion.toFixed(1),
      grouped(peakRssMiB),
    ]),
  );
}
