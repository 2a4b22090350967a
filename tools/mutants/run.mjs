// npm run test:mutants: breaks each promise on purpose, and requires that the test named for it finds out.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installed } from '../installed.mjs';
import { DRILLS, mutated, MUTANTS } from './mutants.mjs';

const USAGE = `usage: npm run test:mutants -- [options]
  --fast         in memory only (seconds each)
  --real         on the real services only, by the auditor's verdict (under a minute each)
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

const trials = MUTANTS.filter(({ name }) => !asked.only || asked.only.includes(name)).flatMap((mutant) =>
  mutant.caught.map((by) => ({ mutant, by })),
);
const tests = asked.real ? [] : trials.filter(({ by }) => by.where === 'unit');
const drills = asked.fast ? [] : trials.filter(({ by }) => by.where === 'real');

if (asked.list) {
  for (const { mutant, by } of [...tests, ...drills]) process.stdout.write(`${row(mutant, by)}\n`);
  process.exit(0);
}

await installed();
mkdirSync(results, { recursive: true });
// All before any: code that moved on is told at once.
for (const { mutant } of [...tests, ...drills])
  mutated(mutant, readFileSync(join(root, mutant.file), 'utf8'));

const controls = new Map();
const counts = { caught: 0, survived: 0 };
// In memory first: they say in seconds what is wrong.
for (const { mutant, by } of tests) {
  const started = Date.now();
  tell(mutant, by, control(by) ?? judge(run(by, mutant), by), Date.now() - started);
}
if (drills.length > 0) await drill();
process.stdout.write(`${counts.caught} caught, ${counts.survived} survived\n`);
process.exitCode = counts.survived > 0 || counts.caught < tests.length + drills.length ? 1 : 0;

function tell(mutant, by, { caught, says }, tookMs) {
  counts[caught ? 'caught' : 'survived']++;
  const place = `${counts.caught + counts.survived}/${tests.length + drills.length}`;
  const seconds = (tookMs / 1000).toFixed(0);
  process.stdout.write(`${caught ? '✓' : '✗'} ${place} ${row(mutant, by)} (${seconds} s)\n    ${says}\n`);
}

/** Each drill without a mutant, which must hold, and then with each mutant of it. */
async function drill() {
  const order = Object.entries(DRILLS).map(([title, { only, seconds }]) => ({
    ...{ drill: title, only, seconds },
    mutants: drills.filter(({ by }) => by.title === title).map(({ mutant }) => mutant.name),
  }));
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@navora/source', '--import', '@swc-node/register/esm-register'],
      join(here, 'drills.mjs'),
      JSON.stringify(order.filter(({ mutants }) => mutants.length > 0)),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SWC_NODE_PROJECT: join(root, 'tsconfig.base.json') },
    },
  );
  const ended = once(child, 'exit');
  const held = new Map();
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line);
    const { mutant: name, drill: title, tookMs } = answer;
    if (name === undefined) {
      held.set(title, answer.broken?.length === 0);
      const says = held.get(title) ? 'held' : `broken: ${wordsOf(answer)}`;
      process.stdout.write(`  without a mutant, ${title}: ${says} (${(tookMs / 1000).toFixed(0)} s)\n`);
      continue;
    }
    for (const { mutant, by } of drills)
      if (mutant.name === name) tell(mutant, by, judgeDrill(answer, by, held.get(title)), tookMs);
  }
  await ended;
}

function judgeDrill({ loaded, broken, ...answer }, { by }, controlHeld) {
  if (!controlHeld) return { caught: false, says: 'without the mutant the drill is broken, too' };
  if (!loaded || !broken) return { caught: false, says: answer.failure ?? 'the mutant was never loaded' };
  if (broken.length === 0) return { caught: false, says: 'held: nothing noticed' };
  const named = by.some((invariant) => broken.some((name) => namesInvariant(name, invariant)));
  if (named) return { caught: true, says: `broken: ${broken.join(', ')}` };
  return { caught: false, says: `broken, but not ${by.join(' or ')}: ${wordsOf(answer)}` };
}

function wordsOf({ details, failure }) {
  return details?.join('\n    ') ?? failure;
}

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
  // One that does not fit the code any more breaks everything, and proves nothing.
  const unfit = failures.find((failure) => /\b(?:Reference|Syntax)Error\b/.test(failure));
  if (unfit) return { caught: false, says: `the mutant cannot run: ${firstLines(unfit)}` };
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

function run({ spec, title }, mutant) {
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
        NAVORA_MUTANT_REPORT: report,
        ...(mutant && { NAVORA_MUTANT: mutant.name, NAVORA_MUTANT_LOADED: loadedFile }),
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
