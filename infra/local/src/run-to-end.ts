import { spawn } from 'node:child_process';
import { boundToUs } from './bound-to-us.js';
import { StackError } from './stack-error.js';

/** Runs a program that ends by itself. Resolves to its standard output; a failure shows its last words. */
export function runToEnd(
  command: string,
  args: string[],
  signal: AbortSignal,
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(...boundToUs(command, args), {
      ...options,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let all = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      all += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => void (all += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(out);
      const lastWords = all.trim().split('\n').slice(-3).join(' / ').slice(-400);
      reject(
        new StackError(`${command} ${firstPlainWord(args)} failed with exit code ${code}: ${lastWords}`),
      );
    });
  });
}

function firstPlainWord(args: string[]): string {
  return args.find((arg) => /^[a-z]/i.test(arg)) ?? '';
}
