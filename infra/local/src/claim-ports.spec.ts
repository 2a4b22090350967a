import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { claimPorts } from './claim-ports.js';
import { instanceAt } from './instance.js';
import { knownHomes } from './known-homes.js';
import { rememberPorts, type StackPorts } from './ports.js';
import { identify } from './process-identity.js';

function anInstance(name: string) {
  const home = mkdtempSync(join(tmpdir(), 'navora-claim-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const instance = instanceAt(home, name);
  mkdirSync(instance.root, { recursive: true });
  return instance;
}

const ports: StackPorts = {
  kafka: 28_092,
  cassandra: 28_042,
  registry: 28_081,
  mqtt: 28_883,
  mqttVehicles: 28_884,
  mqttServices: 28_885,
  kafkaLinked: 28_192,
  kafkaLink: 28_292,
  kafkaController: 28_093,
  cassandraStorage: 28_000,
};

it('a port of a running stack is taken while nothing listens there, whatever folder that stack lives in', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'navora-homes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const other = anInstance('one');
  knownHomes(other.home, folder);
  rememberPorts(other.portsFile, ports);
  const mine = anInstance('one');
  rememberPorts(mine.portsFile, ports);

  expect((await claimPorts(mine, ['127.0.0.1'], folder)).ports.kafka).toBe(ports.kafka);
  writeFileSync(other.lockFile, JSON.stringify(identify(process.pid)));
  expect((await claimPorts(mine, ['127.0.0.1'], folder)).ports.kafka).not.toBe(ports.kafka);
});

it('a home that is gone is forgotten', () => {
  const folder = mkdtempSync(join(tmpdir(), 'navora-homes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [gone, here] = [anInstance('one').home, anInstance('one').home];
  knownHomes(gone, folder);
  rmSync(gone, { recursive: true });
  expect(knownHomes(here, folder)).toEqual([here]);
});
