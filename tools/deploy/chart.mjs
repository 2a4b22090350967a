import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { chart, EXAMPLES, goldenOf, root, valuesOf } from './places.mjs';
import { fakeCluster } from './fake-cluster.mjs';
import { run } from './run.mjs';

/** What an example becomes. @throws Error with helm's words */
export async function rendered(helm, example, more = []) {
  const args = ['template', 'navora', chart, '--namespace', 'navora', '--values', valuesOf(example), ...more];
  const { code, stdout, output } = await run(helm, args);
  if (code !== 0) throw new Error(output.trim());
  return stdout;
}

export async function lintFindings(helm) {
  const findings = [];
  for (const example of EXAMPLES) {
    const { code, output } = await run(helm, ['lint', '--strict', chart, '--values', valuesOf(example)]);
    if (code !== 0) findings.push(output.trim());
  }
  return findings;
}

/** Dashboards and rules are long, and tested as what they are: whether they are there is asked apart. */
const AS_KEPT = [
  // A Helm that was built here takes an old one for granted.
  ...['--kube-version', '1.37.0'],
  '--set',
  'monitoring.dashboards.enabled=false,monitoring.prometheusRule.enabled=false',
];

/** Whether the examples still become what is kept; with `update` they are kept as they are now. */
export async function goldenFindings(helm, { update = false } = {}) {
  const findings = [];
  for (const example of EXAMPLES) {
    const now = await rendered(helm, example, AS_KEPT);
    const file = goldenOf(example);
    if (update) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, now);
    }
    const kept = await readFile(file, 'utf8').catch(() => '');
    if (kept === now) continue;
    const line = firstDifference(kept, now);
    findings.push(
      `${file.slice(root.length)} is not what the chart makes, from line ${line} on: if it should be, npm run check:deploy -- --update`,
    );
  }
  return findings;
}

function firstDifference(one, other) {
  const others = other.split('\n');
  const index = one.split('\n').findIndex((line, at) => line !== others[at]);
  return (index < 0 ? one.split('\n').length : index) + 1;
}

/** Values that would lose order or messages, or mean nothing, and what the chart says to them. */
const REFUSED = [
  [['--set', 'kafka.brokers=null'], /kafka/],
  [['--set', 'processor.replicas=17'], /maximum: .*17/],
  [['--set', 'processor.autoscaling.maxReplicas=20'], /maximum: .*20/],
  [['--set', 'image.tag=latest'], /image\/tag|image\.tag/],
  [['--set', 'bridges[0].topic=vehicles/+/telemetry'], /topic/],
  [['--set', 'bridges[0].topic=$share/a/vehicles/{vehicleId}'], /topic/],
  [['--set', 'procesor.replicas=2'], /procesor/],
  [['--set-json', 'bridges=[{"name":"a","topic":"x/{vehicleId}"},{"name":"b","topic":"x/y"}]'], /topic/],
  [
    ['--set-json', 'bridges=[{"name":"a","topic":"a/{vehicleId}/t"},{"name":"b","topic":"{vehicleId}/b/t"}]'],
    /the topics of bridges a and b overlap/,
  ],
  [
    ['--set-json', 'bridges=[{"name":"a","topic":"a/{vehicleId}"},{"name":"a","topic":"b/{vehicleId}"}]'],
    /two bridges are named a/,
  ],
];

export async function refusalFindings(helm) {
  const findings = [];
  for (const [args, expected] of REFUSED) {
    const said = await rendered(helm, 'small', args).then(
      () => 'nothing',
      (error) => error.message,
    );
    if (!expected.test(said))
      findings.push(`${args.join(' ')} should be refused for ${expected}; helm said ${said}`);
  }
  return findings;
}

const set = (bridge) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: {
    name: `navora-bridge-${bridge}`,
    namespace: 'navora',
    labels: { 'app.kubernetes.io/instance': 'navora', 'navora/bridge': bridge },
  },
});

/** Whether the chart sees that a bridge runs which is no longer in the list. */
export async function runningBridgeFindings(helm) {
  const findings = [];
  for (const [running, expected] of [
    // Whatever else it misses in a cluster that is none.
    ['main', /^(?!.*no longer in the list)/s],
    ['gone', /bridge gone runs and is no longer in the list: .* Set retired: true first/],
  ]) {
    const cluster = await fakeCluster([set(running)]);
    const args = ['--dry-run=server', '--disable-openapi-validation', '--kube-apiserver', cluster.url];
    const said = await rendered(helm, 'small', args).then(
      () => 'nothing',
      (error) => error.message,
    );
    cluster.close();
    if (!expected.test(said)) findings.push(`with bridge ${running} at work, helm said: ${said}`);
  }
  return findings;
}

/** Whether each dashboard and each file of rules comes along. */
export async function contentFindings(helm) {
  const text = await rendered(helm, 'production');
  const kinds = [
    { folder: 'dashboards', ending: '.json', of: (name) => `name: navora-dashboard-${name}\n` },
    { folder: 'rules', ending: '.yaml', of: (name) => `name: navora-${name}\n` },
  ];
  const findings = [];
  for (const { folder, ending, of } of kinds) {
    const files = await readdir(join(root, 'infra/observability', folder));
    for (const file of files.filter((name) => name.endsWith(ending))) {
      if (!text.includes(of(basename(file, ending)))) findings.push(`${folder}/${file} is not in the chart`);
    }
  }
  return findings;
}
