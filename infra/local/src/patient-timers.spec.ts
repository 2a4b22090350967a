import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withPatientTimers } from './patient-timers.js';

const run = (command: string, args: string[]) => {
  const patient = withPatientTimers(command, args);
  return execFileSync(patient.command, patient.args, { encoding: 'utf8', stdio: 'pipe' });
};

it('runs the command as it is given, under the pid of the shell', () => {
  const print = 'console.log(JSON.stringify(process.argv.slice(1)))';
  const odd = ['two words', '$HOME', "it's", '*', '"'];
  expect(JSON.parse(run(process.execPath, ['-e', print, ...odd]))).toEqual(odd);
});

it.runIf(existsSync('/proc/self/timerslack_ns'))('has the kernel take its time', () => {
  expect(run('cat', ['/proc/self/timerslack_ns'])).toBe('500000\n');
});
