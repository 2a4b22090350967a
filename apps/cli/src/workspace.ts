import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownEnvironment, stacksFolder } from './cli-config.js';

/** The folder the command was installed in: the repository. */
export const workspaceRoot = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The variables file of a local stack, if that stack was ever up. */
export function stackEnvFile(stack = 'default'): string | undefined {
  const file = join(stackFolder(stack), 'services.env');
  return existsSync(file) ? file : undefined;
}

export function stackFolder(stack = 'default'): string {
  return join(stacksFolder(workspaceRoot), stack);
}

/** The environment, and for what it leaves out the local stack's file. */
export function commandEnvironment(stack?: string): Record<string, string | undefined> {
  return { NAVORA_ENV_FILE: stackEnvFile(stack), ...ownEnvironment() };
}
