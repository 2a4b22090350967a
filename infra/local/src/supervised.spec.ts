import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Component, Site } from './component.js';
import { dataFolder, instanceAt, makeFolders } from './instance.js';
import { signalProcess } from './process-identity.js';
import { Supervised } from './supervised.js';

const program: Component = {
  name: 'cassandra',
  title: 'a program that runs until it is killed',
  host: '127.0.0.1',
  port: 'cassandra',
  fetched: () => true,
  fetch: async () => undefined,
  prepare: async () => ({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }),
  ready: async () => undefined,
  alive: async () => undefined,
};

it('what died is not started again while its disk is full', async () => {
  const home = mkdtempSync(join(tmpdir(), 'navora-supervised-'));
  const instance = instanceAt(home, 'supervised');
  makeFolders(instance);
  mkdirSync(dataFolder(instance, 'cassandra'), { recursive: true });
  const site: Site = {
    instance,
    nodes: 1,
    ports: {} as Site['ports'],
    java: { command: '', major: 17 },
    tuning: {},
  };
  const told: string[] = [];
  let room = 0;
  const supervised = new Supervised(
    program,
    site,
    ({ message }) => told.push(message),
    {},
    () => room,
  );
  onTestFinished(async () => {
    await supervised.stop();
    rmSync(home, { recursive: true, force: true });
  });
  await supervised.start(new AbortController().signal);
  const first = supervised.state.process;
  if (!first) throw new Error('it did not start');

  signalProcess(first, 'SIGKILL');
  await vi.waitFor(() => expect(told.at(-1)).toContain('waits for room'), { timeout: 20_000 });
  expect(supervised.state.process).toBe(first);
  room = Infinity;
  await vi.waitFor(() => expect(told.at(-1)).toBe('ready again'), { timeout: 20_000 });
  expect(supervised.state).toMatchObject({ phase: 'ready', restarts: 1 });
}, 60_000);
