// npm test: installs what is missing, then runs the suites in turn and prints the true totals over all of them.
//   node tools/test.mjs [unit] [services] [int] [fault] [faults] [security]     (without names: unit and services)
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from './installed.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SUITES = {
  unit: 'unit tests',
  services: 'integration and short fault tests',
  int: 'integration tests on real services',
  fault: 'short fault tests',
  security: 'security tests on real services',
  faults: 'all fault tests and drills',
};
/** What `npm test` is: the drills take too long to run at every change. */
const EVERY_CHANGE = ['unit', 'services'];

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = asked.filter((suite) => !(suite in SUITES));
if (unknown.length > 0 || process.argv.includes('--help')) {
  process.stderr.write(`usage: node tools/test.mjs [${Object.keys(SUITES).join('] [')}]\n`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

await installed();
mkdirSync(join(root, 'test-results'), { recursive: true });
/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
// Whether it is Ctrl-C or a plain kill, it reaches us, and all the tests' processes by us; a stack they leave behind.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (running?.pid === undefined || running.exitCode !== null) return;
    process.kill(-running.pid, signal);
    running.once('exit', () => {
      spawnSync(process.execPath, [join(root, 'apps/cli/bin/navora.mjs'), 'stack', 'down', '--name', 'test']);
      process.exit(signal === 'SIGINT' ? 130 : 143);
    });
  });
}
const results = [];
for (const suite of asked.length > 0 ? asked : EVERY_CHANGE) results.push(await run(suite));
summarise(results);

async function run(suite) {
  process.stdout.write(`\n── ${SUITES[suite]}\n`);
  const report = join(root, 'test-results', `${suite}.json`);
  rmSync(report, { force: true });
  const started = Date.now();
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', `tools/vitest/${suite}.config.ts`, '--root', root];
  running = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', detached: true });
  const [status] = await once(running, 'exit');
  const seconds = (Date.now() - started) / 1000;
  if (!existsSync(report))
    return {
      suite,
      seconds,
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [`the ${SUITES[suite]} did not run`],
    };
  return { suite, seconds, ...countsOf(JSON.parse(readFileSync(report, 'utf8')), status) };
}

function countsOf(report, status) {
  const failures = report.testResults.flatMap(({ name, status: fileStatus, message, assertionResults }) => {
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${relative(name)}: ${test.fullName}`);
    // A file that could not even be read has no tests, and must count all the same.
    return failed.length > 0 || fileStatus !== 'failed'
      ? failed
      : [`${relative(name)}: ${firstLine(message)}`];
  });
  if (failures.length === 0 && status !== 0)
    failures.push(`the run ended with exit code ${status}, though no test failed`);
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

function summarise(results) {
  const sum = (what) => results.reduce((total, result) => total + result[what], 0);
  process.stdout.write('\n');
  for (const { suite, passed, failed, seconds } of results) {
    process.stdout.write(
      `${SUITES[suite].padEnd(36)} ${passed} passed, ${failed} failed (${seconds.toFixed(0)} s)\n`,
    );
  }
  for (const failure of results.flatMap(({ failures }) => failures))
    process.stdout.write(`failed: ${failure}\n`);
  const skipped = sum('skipped');
  process.stdout.write(
    `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

function relative(file) {
  return file.startsWith(root) ? file.slice(root.length + 1) : file;
}

function firstLine(text) {
  return (text ?? 'could not be run').split('\n')[0];
}
