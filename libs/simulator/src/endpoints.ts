import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the local stack says how it is reached, from the workspace's root. */
const LOCAL_STACK_FILE = '.navora/stacks/default/services.env';

export interface Endpoints {
  mqttUrl: string | undefined;
  registryUrl: string | undefined;
}

/** Takes each address from the environment, or else from the local stack in `folder`, if there is one. */
export async function endpointsFrom(
  environment: Record<string, string | undefined>,
  folder: string,
): Promise<Endpoints> {
  const text = await readFile(join(folder, LOCAL_STACK_FILE), 'utf8').catch(() => '');
  const settings = { ...parseEnvFile(text), ...withoutEmpty(environment) };
  return { mqttUrl: settings['NAVORA_MQTT_URL'], registryUrl: settings['NAVORA_REGISTRY_URL'] };
}

/** `NAME=value` lines; comments and anything else are passed over. */
export function parseEnvFile(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name && value !== undefined) settings[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  }
  return settings;
}

function withoutEmpty(environment: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}
