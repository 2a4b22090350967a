// Asks the registry for security advisories about what is locked. Exit code 0: none at high or above; 1: some;
// 2: could not be asked, so that nothing is known.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adviceIn } from './advisories.mjs';

const { stdout, error } = spawnSync('npm', ['audit', '--json', '--audit-level=high'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
  maxBuffer: 64 * 1024 * 1024,
  timeout: 120_000,
});
const advice = adviceIn(stdout ?? '');
if (!advice.asked) {
  process.stdout.write(
    `could not ask for security advisories, so nothing is known about them: ${error?.message ?? advice.why}\n`,
  );
  process.exitCode = 2;
} else {
  for (const finding of advice.findings) process.stdout.write(`${finding}\n`);
  process.stdout.write(
    advice.findings.length > 0
      ? `security advisories: ${advice.findings.length} at high or above\n`
      : 'security advisories: none at high or above\n',
  );
  process.exitCode = advice.findings.length > 0 ? 1 : 0;
}
