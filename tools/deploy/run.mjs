import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * Runs a program to its end.
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` is what it wrote anywhere
 * @throws Error when there is no such program
 */
export function run(command, args, { cwd, env, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, output }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** The same, where anything but success is an error with what it said last. */
export async function succeed(command, args, options) {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  throw new Error(`${command} ${args[0] ?? ''}: ${result.output.trim().split('\n').slice(-3).join(' ')}`);
}

/** Where a program is: on the path, or in one of these folders. @throws Error that names it */
export async function programNamed(name, ...folders) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...folders]) {
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`there is no ${name} on this machine`);
}
