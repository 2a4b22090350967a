import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Component, Launch, Site } from './component.js';
import { configFolder, dataFolder } from './instance.js';
import { findOnPath } from './java.js';
import { mosquittoConf } from './mosquitto-config.js';
import { unpackedMosquitto, unpackMosquitto } from './mosquitto-package.js';
import { mqttAnswers } from './mqtt-probe.js';

export const mosquitto: Component = {
  name: 'mqtt',
  title: 'mosquitto',
  host: '127.0.0.1',
  port: 'mqtt',
  fetched: (downloads) => installed() !== undefined || unpackedMosquitto(downloads) !== undefined,
  fetch: async (downloads, signal) => {
    if (!mosquitto.fetched(downloads)) await unpackMosquitto(downloads, signal);
  },
  prepare: prepareMosquitto,
  ready: ({ mqtt }) => mqttAnswers('127.0.0.1', mqtt),
  alive: ({ mqtt }) => mqttAnswers('127.0.0.1', mqtt),
};

/** Debian installs it where only root's PATH looks. */
function installed(): string | undefined {
  return findOnPath('mosquitto') ?? ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync);
}

async function prepareMosquitto({ instance, ports }: Site): Promise<Launch> {
  const conf = configFolder(instance, 'mqtt');
  const data = dataFolder(instance, 'mqtt');
  mkdirSync(conf, { recursive: true });
  mkdirSync(data, { recursive: true });
  const file = join(conf, 'mosquitto.conf');
  writeFileSync(file, mosquittoConf(`${ports.mqtt} 127.0.0.1`, data, userInfo().username));
  return mosquittoLaunch(instance.downloads, file);
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
