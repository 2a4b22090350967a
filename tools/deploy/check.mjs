// npm run check:deploy: what can be said, without a container engine and without a cluster, of what deploys Navora.
// --update keeps what the chart makes of the examples as it is now; --all also builds what takes minutes to build.
// Exit code 0: all is well; 1: something was found; 2: nothing was found, but something could not be checked.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  contentFindings,
  goldenFindings,
  lintFindings,
  refusalFindings,
  runningBridgeFindings,
} from './chart.mjs';
import { contextFindings } from './context.mjs';
import { guideFindings } from './guide.mjs';
import { manifests, schemaFindings, scoreFindings } from './manifests.mjs';
import { root } from './places.mjs';
import { run } from './run.mjs';
import { Tools } from './tools.mjs';

const flags = new Set(process.argv.slice(2));
const unknown = [...flags].filter((flag) => !['--update', '--all'].includes(flag));
if (unknown.length > 0) {
  process.stderr.write(`usage: npm run check:deploy -- [--update] [--all]\n`);
  process.exit(2);
}

const tools = new Tools(join(root, '.navora/tools'));
/** What a program finds wrong, if it ends with anything but 0. */
const wordsOf = async (command, args) => {
  const { code, output } = await run(command, args, { cwd: root });
  return code === 0 ? [] : [output.trim()];
};
const filesIn = async (folder, ending) =>
  existsSync(join(root, folder))
    ? (await readdir(join(root, folder)))
        .filter((file) => file.endsWith(ending))
        .map((file) => join(folder, file))
    : [];

/** @type {Record<string, { needs: string[], find: (...paths: string[]) => Promise<string[]>, slow?: boolean }>} */
const CHECKS = {
  'the images are made of what the build is given': { needs: [], find: contextFindings },
  'Dockerfile (hadolint)': {
    needs: ['hadolint'],
    find: (hadolint) => wordsOf(hadolint, ['--failure-threshold', 'info', 'infra/docker/Dockerfile']),
  },
  'compose file (docker compose config)': {
    needs: ['docker-compose'],
    find: (compose) => wordsOf(compose, ['-f', 'infra/docker/compose.yaml', 'config', '--quiet']),
  },
  'chart (helm lint --strict)': { needs: ['helm'], find: lintFindings },
  'chart: wrong values are refused': { needs: ['helm'], find: refusalFindings },
  'chart: no bridge is dropped before it has retired': { needs: ['helm'], find: runningBridgeFindings },
  'chart: what the examples become': {
    needs: ['helm'],
    find: (helm) => goldenFindings(helm, { update: flags.has('--update') }),
  },
  'chart: dashboards and rules come along': { needs: ['helm'], find: contentFindings },
  'commands of the install guide, those that run here': { needs: ['helm'], find: guideFindings },
  'manifests against the schemas of Kubernetes and operators (kubeconform)': {
    needs: [
      'helm',
      'kubeconform',
      'schemas of Kubernetes',
      'schemas of KEDA',
      'schemas of the Prometheus Operator',
    ],
    find: async (helm, kubeconform, kubernetes, ...definitions) =>
      schemaFindings({ kubeconform, kubernetes, definitions }, await manifests(helm)),
  },
  'manifests (kube-score)': {
    needs: ['helm', 'kube-score'],
    find: async (helm, kubeScore) => scoreFindings(kubeScore, await manifests(helm)),
  },
  'workflows, and the shell in them (actionlint, shellcheck)': {
    needs: ['actionlint', 'shellcheck'],
    find: (actionlint, shellcheck) => wordsOf(actionlint, ['-no-color', '-shellcheck', shellcheck]),
  },
  'shell scripts (shellcheck)': {
    needs: ['shellcheck'],
    find: (shellcheck) => wordsOf(shellcheck, ['.ci/run']),
  },
  'configuration of Prometheus (promtool)': {
    needs: ['promtool'],
    find: (promtool) =>
      wordsOf(promtool, ['check', 'config', '--syntax-only', 'infra/docker/prometheus/prometheus.yaml']),
  },
  'rules of Prometheus and their tests (promtool)': {
    needs: ['promtool'],
    find: async (promtool) => {
      const rules = await filesIn('infra/observability/rules', '.yaml');
      const tests = await filesIn('infra/observability/rules/tests', '.yaml');
      return [
        ...(rules.length > 0 ? await wordsOf(promtool, ['check', 'rules', ...rules]) : []),
        ...(tests.length > 0 ? await wordsOf(promtool, ['test', 'rules', ...tests]) : []),
      ];
    },
  },
  'chart with Helm 3: what the examples become': {
    needs: ['helm3'],
    find: (helm) => goldenFindings(helm),
    slow: true,
  },
};

let checked = 0;
let failed = 0;
const notChecked = [];
for (const [name, { needs, find, slow }] of Object.entries(CHECKS)) {
  if (slow && !flags.has('--all')) {
    process.stdout.write(`left out: ${name} (--all does it)\n`);
    continue;
  }
  const started = Date.now();
  const paths = await Promise.all(needs.map((tool) => tools.path(tool))).catch((error) => error);
  if (paths instanceof Error) {
    notChecked.push(name);
    process.stdout.write(`NOT CHECKED: ${name}: ${paths.message}\n`);
    continue;
  }
  const findings = await find(...paths).catch((error) => [error.message]);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${findings.length === 0 ? 'ok' : 'FAILED'}: ${name} (${seconds} s)\n`);
  for (const finding of findings) process.stdout.write(`  ${finding.replaceAll('\n', '\n  ')}\n`);
  checked++;
  if (findings.length > 0) failed++;
}
process.stdout.write(`check:deploy: ${checked} checks, ${failed} failed, ${notChecked.length} not checked\n`);
process.exitCode = failed > 0 ? 1 : notChecked.length > 0 ? 2 : 0;
