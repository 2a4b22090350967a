import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AUTHORITY_CERTIFICATE } from '@navora/identity';
import type { Component, Launch, Site } from './component.js';
import { configFolder, dataFolder } from './instance.js';
import { findOnPath } from './java.js';
import { mosquittoConf, secureMosquittoConf, servicesAcl, vehiclesAcl } from './mosquitto-config.js';
import { unpackedMosquitto, unpackMosquitto } from './mosquitto-package.js';
import { mqttAnswers } from './mqtt-probe.js';
import type { StackPorts } from './ports.js';
import { operatorCredentials, type StackTls } from './stack-tls.js';

/** In plain text, or with TLS for everybody. */
export function mosquitto(tls: StackTls | null): Component {
  const answers = ({ mqtt, mqttServices }: StackPorts): Promise<void> =>
    tls
      ? mqttAnswers('127.0.0.1', mqttServices, { tls: operatorCredentials(tls) })
      : mqttAnswers('127.0.0.1', mqtt);
  return {
    name: 'mqtt',
    title: 'mosquitto',
    host: '127.0.0.1',
    port: tls ? 'mqttVehicles' : 'mqtt',
    fetched: (downloads) => installed() !== undefined || unpackedMosquitto(downloads) !== undefined,
    fetch: fetchMosquitto,
    prepare: (site) => prepareMosquitto(site, tls),
    ready: answers,
    alive: answers,
  };
}

export async function fetchMosquitto(downloads: string, signal: AbortSignal): Promise<void> {
  if (installed() === undefined && unpackedMosquitto(downloads) === undefined)
    await unpackMosquitto(downloads, signal);
}

/** Debian installs it where only root's PATH looks. */
function installed(): string | undefined {
  return findOnPath('mosquitto') ?? ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync);
}

async function prepareMosquitto({ instance, ports }: Site, tls: StackTls | null): Promise<Launch> {
  const folder = configFolder(instance, 'mqtt');
  const data = dataFolder(instance, 'mqtt');
  mkdirSync(folder, { recursive: true });
  mkdirSync(data, { recursive: true });
  const file = join(folder, 'mosquitto.conf');
  const { username } = userInfo();
  const on = (port: number): string => `${port} 127.0.0.1`;
  writeFileSync(
    file,
    tls
      ? writeSecureConf(
          { vehicles: on(ports.mqttVehicles), services: on(ports.mqttServices) },
          tls,
          folder,
          data,
        )
      : mosquittoConf(on(ports.mqtt), data, username),
  );
  return mosquittoLaunch(instance.downloads, file);
}

/** Writes the access rules, and returns the configuration that names them. */
export function writeSecureConf(
  listeners: { vehicles: string; services: string },
  { servers, devices, servicesCa, revoked, brokerLog }: StackTls,
  folder: string,
  data: string,
): string {
  const [vehiclesAclFile, servicesAclFile] = [join(folder, 'vehicles.acl'), join(folder, 'services.acl')];
  // mosquitto warns of access rules that others could read.
  writeFileSync(vehiclesAclFile, vehiclesAcl, { mode: 0o600 });
  writeFileSync(servicesAclFile, servicesAcl, { mode: 0o600 });
  const devicesCa = join(devices, AUTHORITY_CERTIFICATE);
  return secureMosquittoConf(
    {
      ...{
        ...listeners,
        server: servers.mqtt,
        devicesCa,
        servicesCa,
        revoked,
        vehiclesAclFile,
        servicesAclFile,
      },
      log: brokerLog,
    },
    data,
    userInfo().username,
  );
}

/** What runs mosquitto with this configuration, wherever its program was found. */
export function mosquittoLaunch(downloads: string, configuration: string): Launch {
  const args = ['-c', configuration];
  const command = installed();
  if (command) return { command, args };
  const unpacked = unpackedMosquitto(downloads);
  if (!unpacked) throw new Error('mosquitto is started before it was fetched');
  return { command: unpacked.program, args, env: { LD_LIBRARY_PATH: unpacked.libraries } };
}
