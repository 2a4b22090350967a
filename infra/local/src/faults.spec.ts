import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { loseDisk, nodesByAge } from './faults.js';
import { dataFolder, instanceAt, makeFolders } from './instance.js';
import { identify } from './process-identity.js';
import { type StackState, writeState } from './state.js';

const self = identify(process.pid) ?? { pid: process.pid, started: '' };
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'navora-faults-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
});

/** A stack that this process supervises, as far as its state says. */
function running(components: StackState['components']): void {
  const instance = instanceAt(home, 'big');
  makeFolders(instance);
  const ports = {} as StackState['ports'];
  writeState(instance, {
    name: 'big',
    supervisor: self,
    phase: 'running',
    ports,
    nodes: 3,
    tls: null,
    components,
  });
}

const startedAt = (time: string) => ({ phase: 'ready' as const, startedAt: time, restarts: 0 });

it('nodes come in the order of their age, so that whoever ends the oldest ends each in turn', () => {
  running({
    kafka: startedAt('2026-11-26T10:00:02.000Z'),
    'kafka-2': startedAt('2026-11-26T10:00:01.000Z'),
    'kafka-3': startedAt('2026-11-26T09:59:59.000Z'),
    cassandra: startedAt('2026-11-26T09:00:00.000Z'),
  });
  expect(nodesByAge('big', 'kafka', { home })).toEqual(['kafka-3', 'kafka-2', 'kafka']);
});

it('the disk of the MQTT broker is emptied only while the broker is away', () => {
  const disk = dataFolder(instanceAt(home, 'big'), 'mqtt');
  mkdirSync(disk, { recursive: true });
  writeFileSync(join(disk, 'mosquitto.db'), 'sessions');
  running({ mqtt: { phase: 'ready', process: self, restarts: 0 } });
  expect(() => loseDisk('big', 'mqtt', { home })).toThrow(/take it away before/);
  expect(existsSync(join(disk, 'mosquitto.db'))).toBe(true);
  running({ mqtt: { phase: 'restarting', process: { pid: self.pid, started: 'long ago' }, restarts: 0 } });
  loseDisk('big', 'mqtt', { home });
  expect(readdirSync(disk)).toEqual([]);
});
