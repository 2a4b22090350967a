import { Registry } from 'prom-client';
import { AlertsMetrics } from '../../apps/alerts/src/alerts-metrics.js';
import { NotificationMetrics } from '../../apps/alerts/src/notification-metrics.js';
import { createBridgeMetrics } from '../../apps/mqtt-bridge/src/metrics.js';
import { ProcessorMetrics } from '../../apps/processor/src/metrics.js';
import { StoreMetrics } from '../../apps/processor/src/store-metrics.js';
import { createConnectionMetrics, gaugeRevocations } from '../../libs/devices/src/connection-metrics.js';
import { createMetrics, gaugeCertificates, gaugeReadiness, Refusals } from '../../libs/runtime/src/index.js';

export const FILE = new URL('../../docs/metrics.md', import.meta.url).pathname;

export interface Metric {
  name: string;
  type: string;
  labels: readonly string[];
  help: string;
}

const zero = () => 0;
const standing = { lag: zero, oldestAgeMs: zero, underWay: zero };

/** What each service registers by itself, as it does at its start. */
const REGISTERED: Record<string, (registry: Registry) => void> = {
  'mqtt-bridge': (registry) =>
    createBridgeMetrics(registry).watch({ window: zero, unacknowledged: zero, connected: () => false }),
  processor(registry) {
    const metrics = new ProcessorMetrics(registry);
    metrics.watchRules(() => false);
    metrics.watch({
      ...standing,
      ...{ parkedRecords: zero, parkedVehicles: zero, parkedSchemas: zero, pausedPartitions: zero },
    });
    new StoreMetrics(registry);
  },
  alerts(registry) {
    new AlertsMetrics(registry, { ...standing, openAlerts: zero, pendingSchemas: zero });
    new NotificationMetrics(registry);
  },
  watch(registry) {
    createConnectionMetrics(registry);
    gaugeRevocations(registry, zero);
  },
};

function ofEvery(registry: Registry): void {
  gaugeReadiness(registry, { notReadyBecause: () => [] });
  new Refusals(registry);
  gaugeCertificates(registry, {});
}

function registeredBy(register: (registry: Registry) => void): Metric[] {
  const registry = new Registry();
  register(registry);
  return metricsIn(registry);
}

/** As Prometheus knows them, but for the `_bucket`, `_sum` and `_count` of histograms. */
export function metricsIn(registry: Registry): Metric[] {
  return registry.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    // What prom-client keeps to itself: its types promise the name and the help only.
    type: String(Reflect.get(metric, 'type') ?? typeOf(metric)),
    labels: (Reflect.get(metric, 'labelNames') as string[] | undefined) ?? [],
    help: String(Reflect.get(metric, 'help')),
  }));
}

function typeOf(metric: object): string {
  return metric.constructor.name.toLowerCase();
}

/** Of one service, and of all where it says `every`. */
export function metricsByService(): Record<string, Metric[]> {
  const own = Object.entries(REGISTERED).map(([service, register]) => [service, registeredBy(register)]);
  const nodes = metricsIn(createMetrics('any'));
  return { ...Object.fromEntries(own), every: registeredBy(ofEvery), node: nodes };
}

const HEADINGS: Record<string, string> = {
  'mqtt-bridge': '## mqtt-bridge',
  processor: '## processor',
  alerts: '## alerts',
  watch: '## navora devices watch',
  every: '## Every service',
  node: '## Of the process\n\nAs prom-client makes them; the delay of the event loop is that since the last scrape.',
};

const INTRODUCTION = `# Metrics

What \`/metrics\` of each service says, for Prometheus. \`npm run generate:metrics\` writes this page from what the services register, and a test holds the two against each other. Every metric has the label \`service\`. No label has values that a vehicle can choose, and a rule's name stands for itself up to 200 rules, and beyond them is \`other\`.

Dashboards and alert rules that go by them are in [infra/observability](../infra/observability); [runbook.md](runbook.md) says what to do when one fires.`;

export function metricsText(): string {
  const sections = Object.entries(metricsByService()).map(
    ([service, metrics]) => `${HEADINGS[service]}\n\n${table(metrics)}`,
  );
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

function table(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help.replace(/\.$/, '').replaceAll('|', '\\|'),
  ]);
  const all = [['metric', 'type', 'labels', 'meaning'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0), 3));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
