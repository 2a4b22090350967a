import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StackError } from './stack-error.js';

/** Where everything of the local stacks lives: the option, else NAVORA_HOME, else `.navora` in the repository. */
export function stackHome(option?: string): string {
  const chosen = option ?? process.env['NAVORA_HOME'];
  if (chosen) return resolve(chosen);
  return join(
    repositoryRoot(process.cwd()) ?? repositoryRoot(import.meta.dirname) ?? process.cwd(),
    '.navora',
  );
}

function repositoryRoot(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isRoot(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function isRoot(packageJson: string): boolean {
  if (!existsSync(packageJson)) return false;
  const content: unknown = JSON.parse(readFileSync(packageJson, 'utf8'));
  return typeof content === 'object' && content !== null && 'name' in content && content.name === 'navora';
}

export function javaHome(): string | undefined {
  return process.env['JAVA_HOME'] || undefined;
}

export function searchPath(): string[] {
  return (process.env['PATH'] ?? '').split(':').filter(Boolean);
}

/** What a child process inherits, with additions. */
export function childEnvironment(additions: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...additions };
}

/** The user's own Maven options (a proxy, a trust store) stay in force. */
export function mavenEnvironment(options: string): NodeJS.ProcessEnv {
  return childEnvironment({ MAVEN_OPTS: `${process.env['MAVEN_OPTS'] ?? ''} ${options}`.trim() });
}

export type TestStackChoice = 'processes' | 'containers' | 'whatever-answers';

export function testStackChoice(): TestStackChoice {
  const value = process.env['NAVORA_TEST_STACK'];
  if (!value) return 'whatever-answers';
  if (value === 'processes' || value === 'containers') return value;
  throw new StackError(
    `NAVORA_TEST_STACK is "${value}"; set it to "processes" or "containers", or leave it out.`,
  );
}
