import { readFileSync } from 'node:fs';
import { type CassandraClient, createCassandra } from '@navora/cassandra';
import { ConnectionStore, DeviceError, DeviceStore, Registration, RevocationLists } from '@navora/devices';
import { AuthorityError, type CertificateAuthority, openAuthority } from '@navora/identity';
import {
  cassandraSettings,
  createLogger,
  optional,
  readConfiguration,
  readSecret,
  setting,
  text,
  urlOf,
  withDefault,
} from '@navora/runtime';
import { TELEMETRY_TOPIC } from '@navora/schemas';
import { errors } from 'cassandra-driver';
import type { BrokerFacts } from './device-bundle.js';
import { CommandFailure } from './failure.js';
import { commandEnvironment } from './workspace.js';

export const authoritySettings = {
  devicesAuthority: optional('NAVORA_DEVICES_AUTHORITY', 'the folder of an authority'),
  passphraseFile: optional('NAVORA_DEVICES_PASSPHRASE_FILE', 'the path of a file'),
};

const brokerSettings = {
  vehiclesUrl: setting(
    'NAVORA_VEHICLES_MQTT_URL',
    withDefault<string | undefined>(urlOf('mqtt', 'mqtts'), undefined),
  ),
  mqttCaFile: optional('NAVORA_MQTT_CA_FILE', 'the path of a file'),
  mqttTopic: setting('NAVORA_MQTT_TOPIC', withDefault(text(/^.+$/, 'a topic'), TELEMETRY_TOPIC)),
};

/** What the commands work with. */
export interface DeviceServices {
  store: DeviceStore;
  lists: RevocationLists;
  connections: ConnectionStore;
  /** Opened when it is needed: looking at devices needs no key. */
  authority(): Promise<CertificateAuthority>;
  registration(): Promise<Registration>;
  broker(): BrokerFacts;
}

/** Reaches Cassandra, works with it, and lets it go. */
export async function withDevices<T>(
  stack: string,
  work: (services: DeviceServices) => Promise<T>,
): Promise<T> {
  const configuration = readConfiguration(
    { ...cassandraSettings, ...authoritySettings, ...brokerSettings },
    commandEnvironment(stack),
    'operator',
  );
  const { cassandraKeyspace } = configuration;
  const client: CassandraClient = createCassandra(configuration, createLogger('devices', 'silent'));
  const store = new DeviceStore(client, cassandraKeyspace);
  const lists = new RevocationLists(client, cassandraKeyspace);
  const authority = () => authorityOf(configuration);
  try {
    await client.connect();
    return await work({
      ...{ store, lists, authority },
      connections: new ConnectionStore(client, cassandraKeyspace),
      registration: async () => new Registration(store, await authority(), lists),
      broker: () => brokerOf(configuration),
    });
  } catch (error) {
    throw toldPlainly(error, cassandraKeyspace);
  } finally {
    await client.shutdown();
  }
}

export async function authorityOf({
  devicesAuthority,
  passphraseFile,
}: {
  devicesAuthority: string | undefined;
  passphraseFile: string | undefined;
}): Promise<CertificateAuthority> {
  if (devicesAuthority === undefined) {
    throw new CommandFailure(
      'no authority is known: make one (navora devices ca-init FOLDER) and set NAVORA_DEVICES_AUTHORITY to its folder, or start the local stack, which has its own',
    );
  }
  return openAuthority(devicesAuthority, passphraseIn(passphraseFile));
}

export function passphraseIn(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readSecret(file);
}

function brokerOf({
  vehiclesUrl,
  mqttCaFile,
  mqttTopic,
}: {
  vehiclesUrl: string | undefined;
  mqttCaFile: string | undefined;
  mqttTopic: string;
}): BrokerFacts {
  if (vehiclesUrl === undefined) {
    throw new CommandFailure(
      'the broker of the vehicles is not known: set NAVORA_VEHICLES_MQTT_URL, and NAVORA_MQTT_CA_FILE if its certificate is of an authority of your own',
    );
  }
  const ca = mqttCaFile === undefined ? undefined : readFileSync(mqttCaFile, 'utf8');
  return { url: vehiclesUrl, ca, topicPattern: mqttTopic };
}

function toldPlainly(error: unknown, keyspace: string): unknown {
  if (error instanceof DeviceError || error instanceof AuthorityError)
    return new CommandFailure(error.message);
  if (error instanceof errors.ResponseError && /unconfigured table|does not exist/i.test(error.message))
    return new CommandFailure(
      `keyspace ${keyspace} has no registry of devices yet: run \`navora migrate\` first`,
    );
  return error;
}
