import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { rendered } from './chart.mjs';
import { EXAMPLES, neighbours } from './places.mjs';
import { run } from './run.mjs';

/** The oldest Kubernetes the chart says it runs on whose schemas there are, and the newest. */
const VERSIONS = ['1.28.0', '1.37.0'];

/** Everything we would apply, as one text each. */
export async function manifests(helm) {
  const made = await Promise.all(EXAMPLES.map(async (example) => [example, await rendered(helm, example)]));
  const files = (await readdir(neighbours)).filter((file) => file.endsWith('.yaml')).sort();
  const beside = await Promise.all(files.map((file) => readFile(join(neighbours, file), 'utf8')));
  return Object.fromEntries([...made, ['small, beside it', beside.join('\n---\n')]]);
}

/** Whether each is what the API of Kubernetes, and of the operators, takes. */
export async function schemaFindings({ kubeconform, kubernetes, definitions }, texts) {
  const folder = await mkdtemp(join(tmpdir(), 'navora-crds-'));
  try {
    for (const place of definitions) await writeSchemas(place, folder);
    const kinds = new Set(Object.values(texts).flatMap(kindsIn));
    const findings = [];
    for (const version of VERSIONS) {
      const core = join(folder, version);
      await copySchemas(join(kubernetes, `v${version}-local-strict`), core, kinds);
      const locations = [core, folder].flatMap((place) => [
        '-schema-location',
        `${place}/{{ .ResourceKind }}{{ .KindSuffix }}.json`,
      ]);
      for (const [name, text] of Object.entries(texts)) {
        const { code, output } = await run(kubeconform, ['-strict', '-summary', ...locations, '-'], {
          input: text,
        });
        if (code !== 0) findings.push(`${name}, on Kubernetes ${version}:\n${output.trim()}`);
      }
    }
    return findings;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Those of the kinds that are there, each with what it refers to within: as they come, they refer to a path on a web
 * server, and to one file of two megabytes that would be read for each.
 */
async function copySchemas(from, to, kinds) {
  await mkdir(to);
  const definitions = JSON.parse(await readFile(join(from, '_definitions.json'), 'utf8')).$defs;
  for (const kind of kinds) {
    const file = `${kind}.json`;
    const text = await readFile(join(from, file), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const schema = JSON.parse(text.replaceAll('/api/_definitions.json#', '#'));
    await writeFile(join(to, file), JSON.stringify({ ...schema, $defs: referredTo(schema, definitions) }));
  }
}

function referredTo(schema, definitions) {
  const found = {};
  const follow = (part) => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      if (found[name]) continue;
      found[name] = definitions[name];
      follow(found[name]);
    }
  };
  follow(schema);
  return found;
}

/** As kubeconform asks for them: `deployment-apps-v1`. */
function kindsIn(text) {
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((resource) => resource !== null)
    .map(({ kind, apiVersion }) => {
      const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
      return [kind.toLowerCase(), group.split('.')[0], version].filter((part) => part !== '').join('-');
    });
}

/** A CustomResourceDefinition has the schema of its resources within. */
async function writeSchemas(place, folder) {
  for (const file of (await readdir(place)).filter((name) => name.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(await readFile(join(place, file), 'utf8'))) {
      const { spec } = document.toJS();
      for (const { name, schema } of spec.versions) {
        const suffix = `${spec.group.split('.')[0]}-${name}`;
        const target = join(folder, `${spec.names.kind.toLowerCase()}-${suffix}.json`);
        await writeFile(target, JSON.stringify(closed(schema.openAPIV3Schema)));
      }
    }
  }
}

/** The API server drops fields that a schema does not know; we want to hear of them. */
function closed(schema) {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const open = inner['x-kubernetes-preserve-unknown-fields'] || inner.additionalProperties !== undefined;
  return inner.type === 'object' && inner.properties && !open
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** What of kube-score's checks is not for us, and why. */
const IGNORED = {
  // Tags are versions, and versions do not change.
  'container-image-pull-policy': true,
  // A limit of processor time stops a service that has work; each has one all the same, high enough.
  'container-cpu-limit': true,
};

export async function scoreFindings(kubeScore, texts) {
  const findings = [];
  const ignored = Object.keys(IGNORED).flatMap((test) => ['--ignore-test', test]);
  for (const [name, text] of Object.entries(texts)) {
    const { code, output } = await run(kubeScore, ['score', '--output-format', 'ci', ...ignored, '-'], {
      input: text,
    });
    const critical = output.split('\n').filter((line) => line.startsWith('[CRITICAL]'));
    if (critical.length > 0) findings.push(`${name}:\n${critical.join('\n')}`);
    else if (code !== 0 && output.trim() === '') findings.push(`${name}: kube-score ended with ${code}`);
  }
  return findings;
}
