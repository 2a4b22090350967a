import type { Quantiles } from './latencies.js';
import type { WholeWayFigures } from './measure.js';

/** Figures of one side and one rate, for people. */
export function renderFigures(title: string, figures: WholeWayFigures): string {
  const { workload, observed, toAlert, toRow, toVehicle, generatorLateMs, loopDelaysMs } = figures;
  const lines = [
    `${title}, ${workload.ratePerSecond} msg/s for ${workload.measuredSeconds} s: ${figures.storedPerSecond} stored a second, ${verdictOn(figures)}`,
    `  publish → PUBACK  ${latency(toVehicle)}`,
    `  publish → row     ${latency(toRow.afterMs)}${missed(toRow.missed)}, ${toRow.looks} looks`,
    ...(toAlert ? [`  publish → alert   ${latency(toAlert.afterMs)}${missed(toAlert.missed)}`] : []),
    `  generator late    ${latency(generatorLateMs)}`,
    `  backlog           ${observed.backlog.growthPerSecond} a second, at most ${observed.backlog.largest}, drained ${figures.drainedAfterMs ?? '?'} ms after the last`,
    ...Object.entries(observed.byProcess).map(([name, costs]) => {
      const delay = loopDelaysMs[name] === undefined ? '' : `, loop delay p99 ${loopDelaysMs[name]} ms`;
      return `  ${name.padEnd(12)} ${String(costs.cpuMicrosecondsPerMessage).padStart(7)} µs a message (${costs.cpuShare} of a core), ${costs.peakResidentMiB} MiB, ${signed(costs.residentGrowthMiBPerMinute)} MiB/min${delay}`;
    }),
  ];
  return lines.join('\n');
}

function verdictOn({ kept, records, rows, alerts, unacknowledged, refused }: WholeWayFigures): string {
  const faults = [
    ['unacknowledged', unacknowledged],
    ['refused', Object.values(refused).reduce((sum, count) => sum + count, 0)],
    ['lost on the way to Kafka', records.lost],
    ['twice in Kafka', records.doubled],
    ['out of order in Kafka', records.outOfOrder],
    ['rows lost', rows.lost],
    ['rows doubled', rows.doubled],
    ['rows altered', rows.altered],
    ['alerts lost', alerts?.lost ?? 0],
    ['alerts doubled', alerts?.doubled ?? 0],
    ['alerts invented', alerts?.invented ?? 0],
  ].filter(([, count]) => count !== 0);
  const said = faults.map(([what, count]) => `${count} ${what}`).join(', ');
  return `${kept ? 'kept' : 'NOT kept'}, ${said === '' ? 'nothing lost, doubled or out of order' : said.toUpperCase()}`;
}

function latency({ p50, p99, p999, max, count }: Quantiles): string {
  const said = [
    `p50 ${p50} ms`,
    `p99 ${p99} ms`,
    ...(p999 === null ? [] : [`p99.9 ${p999} ms`]),
    `max ${max} ms`,
  ];
  return `${said.join(', ')} (${count})`;
}

const missed = (count: number) => (count === 0 ? '' : `, ${count} never seen`);
const signed = (value: number) => (value > 0 ? `+${value}` : String(value));
