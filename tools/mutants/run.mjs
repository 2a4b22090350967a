// npm run test:mutants: breaks each promise on purpose, and requires that the test named for it finds out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installed } from '../installed.mjs';
import { mutated, MUTANTS } from './mutants.mjs';

const USAGE = `usage: npm run test:mutants -- [options]
  --fast         in memory only (seconds each)
  --real         on the real services only, by the auditor's verdict
  --only <name>  one mutant; may be given again
  --list         what there is
  --help
`;

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const results = join(root, 'test-results');
const report = join(results, 'mutants.json');
const loadedFile = join(results, 'mutants.loaded');

const { values: asked } = parseArgs({
  options: {
    fast: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (asked.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const unknown = (asked.only ?? []).filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  process.stderr.write(`there is no mutant ${unknown.join(', ')}\n${USAGE}`);
  process.exit(2);
}

const isWanted = ({ where }) => (where === 'unit' ? !asked.real : !asked.fast);
const trials = MUTANTS.filter(({ name }) => !asked.only || asked.only.includes(name))
  .flatMap((mutant) => mutant.caught.filter(isWanted).map((by) => ({ mutant, by })))
  // In memory first: they say in seconds what is wrong.
  .sort((one, other) => (one.by.where === other.by.where ? 0 : one.by.where === 'unit' ? -1 : 1));

if (asked.list) {
  for (const { mutant, by } of trials) process.stdout.write(`${row(mutant, by)}\n`);
  process.exit(0);
}

await installed();
mkdirSync(results, { recursive: true });
// All before any: code that moved on is told at once.
for (const { mutant } of trials) mutated(mutant, readFileSync(join(root, mutant.file), 'utf8'));

const controls = new Map();
const counts = { caught: 0, survived: 0 };
for (const [index, { mutant, by }] of trials.entries()) {
  const started = Date.now();
  const verdict = control(by) ?? judge(run(by, mutant), by);
  counts[verdict.caught ? 'caught' : 'survived']++;
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const mark = verdict.caught ? '✓' : '✗';
  process.stdout.write(
    `${mark} ${index + 1}/${trials.length} ${row(mutant, by)} (${seconds} s)\n    ${verdict.says}\n`,
  );
}
process.stdout.write(`${counts.caught} caught, ${counts.survived} survived\n`);
process.exitCode = counts.survived > 0 || counts.caught === 0 ? 1 : 0;

/** Without any mutant the test must pass, else its failure would prove nothing. */
function control(by) {
  const key = `${by.spec} ${by.title}`;
  if (!controls.has(key)) {
    const { tests, failures, output } = run(by);
    const says = failures[0] ?? (tests === 0 ? `no test was run\n${output}` : undefined);
    controls.set(
      key,
      says && { caught: false, says: `without the mutant the test fails: ${firstLines(says)}` },
    );
  }
  return controls.get(key);
}

function judge({ failures, loaded, output }, { by }) {
  if (!loaded) return { caught: false, says: `the mutant was never loaded\n${output}` };
  if (failures.length === 0) return { caught: false, says: 'nothing noticed' };
  const named = by.find((invariant) => failures.some((failure) => namesInvariant(failure, invariant)));
  if (named) return { caught: true, says: line(failures, named) };
  return {
    caught: false,
    says: `the test failed, but not for ${by.join(' or ')}: ${firstLines(failures[0])}`,
  };
}

function namesInvariant(text, invariant) {
  return new RegExp(`\\b${invariant}\\b`).test(text);
}

function line(failures, invariant) {
  const lines = failures.flatMap((failure) => failure.split('\n'));
  return lines
    .find((one) => namesInvariant(one, invariant))
    .trim()
    .slice(0, 160);
}

function firstLines(text) {
  return text.split('\n').slice(0, 12).join('\n    ');
}

function run({ spec, title, where }, mutant) {
  rmSync(report, { force: true });
  rmSync(loadedFile, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const titlePattern = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', join(here, 'vitest.config.ts'), '--root', root, '-t', titlePattern],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        NAVORA_MUTANT_SPEC: spec,
        NAVORA_MUTANT_WHERE: where,
        NAVORA_MUTANT_REPORT: report,
        ...(mutant && {
          NAVORA_MUTANT: mutant.name,
          NAVORA_MUTANT_LOADED: loadedFile,
          ...(where === 'real' && {
            NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${join(here, 'register.mjs')}`.trim(),
          }),
        }),
      },
    },
  );
  const output = `${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n');
  if (!existsSync(report)) return { tests: 0, failures: [], loaded: existsSync(loadedFile), output };
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const done = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'skipped');
  return {
    tests: done.length,
    failures: [
      ...done
        .filter(({ status }) => status === 'failed')
        .map(({ failureMessages }) => failureMessages.join('\n')),
      ...testResults
        .filter(
          ({ status, assertionResults }) =>
            status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
        )
        .map(({ message }) => message),
    ],
    loaded: existsSync(loadedFile),
    output,
  };
}

function row({ name }, { title, where, by }) {
  const place = where === 'unit' ? 'in memory' : 'on the services';
  return `${name.padEnd(36)} ${by.join(' or ').padEnd(12)} ${place.padEnd(15)} ${title}`;
}
