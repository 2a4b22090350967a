import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

export interface Endpoints {
  /** For vehicles. */
  mqttUrl: string | undefined;
  /** PEM file of the authority that the broker's certificate is trusted by. */
  brokerCaFile: string | undefined;
  /** Folder of the authority that issues vehicles' certificates. */
  devicesAuthority: string | undefined;
  registryUrl: string | undefined;
  registryCaFile: string | undefined;
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
  const known = (name: string) => environment[name] || stack[name];
  return {
    mqttUrl: vehiclesBrokerIn(environment) || vehiclesBrokerIn(stack),
    brokerCaFile: known('NAVORA_MQTT_CA_FILE'),
    devicesAuthority: known('NAVORA_DEVICES_AUTHORITY'),
    registryUrl: known('NAVORA_REGISTRY_URL'),
    registryCaFile: known('NAVORA_REGISTRY_CA_FILE'),
  };
}

/** Where vehicles and services come in at different doors, each has a URL of its own. */
function vehiclesBrokerIn(variables: Record<string, string | undefined>): string | undefined {
  return variables['NAVORA_VEHICLES_MQTT_URL'] || variables['NAVORA_MQTT_URL'];
}
