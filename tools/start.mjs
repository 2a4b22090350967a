// npm start: installs what is missing, then `navora start`. Plain JavaScript without dependencies, since it is
// what runs before anything is installed.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installed } from './installed.mjs';

await installed();
const navora = fileURLToPath(new URL('../apps/cli/bin/navora.mjs', import.meta.url));
const child = spawn(process.execPath, [navora, 'start', ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal sends Ctrl-C to all of us; a plain kill reaches only this process, so it is handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
