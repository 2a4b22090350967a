import { join } from 'node:path';

type Variables = Record<string, string | undefined>;

/** The environment the command runs in, the only place that reads it; what is added wins. */
export function ownEnvironment<Added extends Variables>(additions?: Added): Variables & Added {
  return { ...process.env, ...additions } as Variables & Added;
}

/** Where local stacks live, each in a folder of its own. */
export function stacksFolder(workspaceRoot: string): string {
  return join(ownEnvironment()['NAVORA_HOME'] ?? join(workspaceRoot, '.navora'), 'stacks');
}

/** Whether whoever runs the command wants stack traces. */
export function isDebugging(): boolean {
  return Boolean(ownEnvironment()['NAVORA_DEBUG']);
}
