import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCassandra } from '@navora/cassandra';
import { RevocationLists, RevocationWatch } from '@navora/devices';
import { AUTHORITY_CERTIFICATE, certificateFingerprint } from '@navora/identity';
import { componentProcess } from '@navora/local-stack';
import { cassandraSettings, type Logger, optional, readConfiguration } from '@navora/runtime';
import { authoritySettings } from './devices-services.js';
import { CommandFailure } from './failure.js';
import { mqttSettings } from './operator-mqtt.js';
import { type Reload, TakeOverBroker } from './take-over-broker.js';

const settings = {
  ...cassandraSettings,
  ...mqttSettings,
  ...authoritySettings,
  devicesCaFile: optional('NAVORA_DEVICES_CA_FILE', 'the path of a file'),
  revokedFile: optional('NAVORA_REVOKED_FILE', 'the path of a file'),
};

export interface OpenWatch {
  watch: RevocationWatch;
  close(): Promise<void>;
}

/** @throws CommandFailure naming the setting that is missing. */
export async function openRevocationWatch(
  environment: Record<string, string | undefined>,
  reload: Reload,
  log: Logger,
): Promise<OpenWatch> {
  const configuration = readConfiguration(settings, environment, 'operator');
  const { devicesAuthority, devicesCaFile, revokedFile, cassandraKeyspace } = configuration;
  const caFile =
    devicesCaFile ??
    (devicesAuthority === undefined ? undefined : join(devicesAuthority, AUTHORITY_CERTIFICATE));
  if (caFile === undefined)
    throw new CommandFailure(
      "set NAVORA_DEVICES_CA_FILE to the certificate of the devices' authority, whose list is to be watched",
    );
  if (revokedFile === undefined)
    throw new CommandFailure(
      'set NAVORA_REVOKED_FILE to where the broker reads the list of revoked certificates',
    );
  const authority = certificateFingerprint(readFileSync(caFile));
  const client = createCassandra(configuration, log);
  const lists = new RevocationLists(client, cassandraKeyspace);
  const broker = new TakeOverBroker(configuration, reload);
  return {
    watch: new RevocationWatch(lists, broker, { authority, file: revokedFile }, log),
    close: () => client.shutdown(),
  };
}

/** Of the broker of a local stack, whichever process it is by then. */
export function reloadOfStack(stack: string): Reload {
  return { hangUp: () => componentProcess(stack, 'mqtt').pid };
}
