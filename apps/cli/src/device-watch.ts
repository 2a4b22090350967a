import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createCassandra } from '@navora/cassandra';
import {
  ConnectionStore,
  ConnectionWatch,
  createConnectionMetrics,
  gaugeRevocations,
  RevocationLists,
  RevocationWatch,
} from '@navora/devices';
import { AUTHORITY_CERTIFICATE, certificateFingerprint } from '@navora/identity';
import { componentProcess } from '@navora/local-stack';
import {
  adminPort,
  cassandraSettings,
  createMetrics,
  type Logger,
  optional,
  readConfiguration,
  serviceSettings,
  setting,
  startAdminServer,
  text,
  urlOf,
  wholeNumber,
  withDefault,
} from '@navora/runtime';
import { authoritySettings } from './devices-services.js';
import { CommandFailure } from './failure.js';
import { mqttSettings } from './operator-mqtt.js';
import { type Reload, TakeOverBroker } from './take-over-broker.js';

const settings = {
  ...cassandraSettings,
  ...mqttSettings,
  ...authoritySettings,
  adminHost: serviceSettings.adminHost,
  adminPort: adminPort(9104),
  devicesCaFile: optional('NAVORA_DEVICES_CA_FILE', 'the path of a file'),
  revokedFile: optional('NAVORA_REVOKED_FILE', 'the path of a file'),
  brokerLog: optional('NAVORA_BROKER_LOG', 'the path of a file'),
  brokerName: setting('NAVORA_BROKER_NAME', withDefault(text(/^\S{1,64}$/, 'a name'), hostname())),
  vehiclesUrl: setting(
    'NAVORA_VEHICLES_MQTT_URL',
    withDefault<string | undefined>(urlOf('mqtt', 'mqtts'), undefined),
  ),
  vehiclesPort: setting(
    'NAVORA_BROKER_VEHICLES_PORT',
    withDefault<number | undefined>(wholeNumber({ min: 1, max: 65535 }), undefined),
  ),
  keepDays: setting('NAVORA_CONNECTIONS_KEEP_DAYS', withDefault(wholeNumber({ min: 1, max: 3650 }), 90)),
};

type Configuration = ReturnType<typeof readConfiguration<typeof settings>>;

/** What runs beside a broker. */
export interface BrokerWatch {
  revocations: RevocationWatch;
  /** Until it is stopped, with `/metrics` and health meanwhile. */
  run(everyMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @throws CommandFailure naming the setting that is missing. */
export function openBrokerWatch(
  environment: Record<string, string | undefined>,
  reload: Reload,
  log: Logger,
): BrokerWatch {
  const configuration = readConfiguration(settings, environment, 'watch');
  const { cassandraKeyspace } = configuration;
  const list = revocationsIn(configuration);
  const metrics = createMetrics('devices-watch');
  const client = createCassandra(configuration, log);
  const lists = new RevocationLists(client, cassandraKeyspace);
  const revocations = new RevocationWatch(lists, new TakeOverBroker(configuration, reload), list, log);
  gaugeRevocations(metrics, () => revocations.listInForce);
  const followed = connectionsIn(configuration);
  const connections =
    followed &&
    new ConnectionWatch(
      new ConnectionStore(client, cassandraKeyspace),
      followed,
      createConnectionMetrics(metrics),
      log,
    );
  const parts = [revocations, ...(connections ? [connections] : [])];
  const health = { notReadyBecause: () => parts.flatMap((part) => part.notReadyBecause()) };
  return {
    revocations,
    run: async (everyMs, signal) => {
      const { adminHost, adminPort } = configuration;
      const server = await startAdminServer(adminHost, adminPort, metrics, health);
      log.info({ port: server.port }, 'admin_server_listening');
      if (!connections) log.warn({ set: 'NAVORA_BROKER_LOG' }, 'connections_not_watched');
      try {
        await Promise.all([revocations.run(everyMs, signal), connections?.run(signal)]);
      } finally {
        await server.close();
      }
    },
    close: () => client.shutdown(),
  };
}

function revocationsIn({ devicesAuthority, devicesCaFile, revokedFile }: Configuration) {
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
  return { authority: certificateFingerprint(readFileSync(caFile)), file: revokedFile };
}

/** Undefined where nobody says where the broker's log is. */
function connectionsIn({ brokerLog, brokerName, vehiclesPort, vehiclesUrl, keepDays }: Configuration) {
  if (brokerLog === undefined) return undefined;
  const vehiclesListener = vehiclesPort ?? portOf(vehiclesUrl);
  if (vehiclesListener === undefined)
    throw new CommandFailure(
      "set NAVORA_BROKER_VEHICLES_PORT to the port of the broker's listener for vehicles, by which its log tells them from services",
    );
  return { broker: brokerName, log: brokerLog, vehiclesListener, keepDays };
}

function portOf(url: string | undefined): number | undefined {
  if (url === undefined) return undefined;
  const { port, protocol } = new URL(url);
  return port === '' ? { 'mqtts:': 8883, 'mqtt:': 1883 }[protocol] : Number(port);
}

/** Of the broker of a local stack, whichever process it is by then. */
export function reloadOfStack(stack: string): Reload {
  return { hangUp: () => componentProcess(stack, 'mqtt').pid };
}
