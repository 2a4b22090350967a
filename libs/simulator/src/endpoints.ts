import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

export interface Endpoints {
  mqttUrl: string | undefined;
  registryUrl: string | undefined;
}

/**
 * Takes each address from the environment, or else from a stack's file of variables.
 * @param stackFile of `NAME=value` lines; there may be none.
 */
export async function endpointsFrom(
  environment: Record<string, string | undefined>,
  stackFile: string | undefined,
): Promise<Endpoints> {
  const text = stackFile ? await readFile(stackFile, 'utf8').catch(() => '') : '';
  const stack = parseEnv(text);
  return {
    mqttUrl: environment['NAVORA_MQTT_URL'] || stack['NAVORA_MQTT_URL'],
    registryUrl: environment['NAVORA_REGISTRY_URL'] || stack['NAVORA_REGISTRY_URL'],
  };
}
