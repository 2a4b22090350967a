import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createMetrics } from '@navora/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConnectionMetrics } from './connection-metrics.js';
import type { RecordedChange } from './connection-store.js';
import { ConnectionWatch } from './connection-watch.js';

let folder: string;
let log: string;
let recorded: RecordedChange[];
let storeIsAway: boolean;
let stop: () => Promise<void>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-connections-'));
  log = join(folder, 'mqtt.log');
  recorded = [];
  storeIsAway = false;
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

const store = {
  record: async (changes: readonly RecordedChange[]) => {
    if (storeIsAway) throw new Error('the store is away');
    recorded.push(...changes);
  },
};

function watching() {
  const registry = createMetrics('test');
  const settings = { broker: 'b', log, vehiclesListener: 8883, keepDays: 90, everyMs: 5 };
  const metrics = createConnectionMetrics(registry);
  const watch = new ConnectionWatch(store, settings, metrics, createLogger('test', 'silent'));
  const stopping = new AbortController();
  const running = watch.run(stopping.signal);
  stop = async () => {
    stopping.abort();
    await running;
  };
  const metric = async (name: string, label = '') =>
    Number(
      new RegExp(`^navora_broker_${name}\\{.*${label}.*\\} (\\S+)$`, 'm').exec(await registry.metrics())?.[1],
    );
  return { watch, metric };
}

function says(...lines: string[]): void {
  appendFileSync(log, lines.map((words) => `2026-11-27T10:00:00+0000: ${words}\n`).join(''));
}
const comes = (vehicle: string, port = 1000) =>
  says(
    `New connection from 10.0.0.1:${port} on port 8883.`,
    `New client connected from 10.0.0.1:${port} as ${vehicle} (p5, c1, k60, u'${vehicle}').`,
  );
const told = () =>
  recorded.map(({ vehicleId, change, reason }) => [vehicleId, change, reason].join(' ').trim());

it('records who came and went, and counts it', async () => {
  const { metric } = watching();
  comes('truck-1');
  says('Client truck-1 disconnected.', 'Client <unknown> disconnected due to protocol error.');
  comes('truck-2');
  await expect.poll(told).toEqual(['truck-1 online', 'truck-1 offline left', 'truck-2 online']);
  await expect.poll(() => metric('connected_vehicles')).toBe(1);
  expect(await metric('vehicle_connections_total')).toBe(2);
  expect(await metric('vehicle_disconnections_total', 'reason="left"')).toBe(1);
  expect(await metric('refused_connections_total', 'reason="protocol-error"')).toBe(1);
});

it('goes on after a restart where it was, and remembers who was there', async () => {
  watching();
  comes('truck-1');
  await expect.poll(told).toEqual(['truck-1 online']);
  await stop();
  says('mosquitto version 2.0.11 starting');
  comes('truck-2', 2000);
  const { metric } = watching();
  await expect.poll(told).toEqual(['truck-1 online', 'truck-1 offline broker-stopped', 'truck-2 online']);
  expect(await metric('connected_vehicles')).toBe(1);
});

it('counts on while the store is away, says that it does not record, and records it all later', async () => {
  const { watch, metric } = watching();
  storeIsAway = true;
  comes('truck-1');
  await expect
    .poll(() => watch.notReadyBecause())
    .toEqual(['connections are counted, but not recorded: the store is away']);
  comes('truck-2', 2000);
  await expect.poll(() => metric('connected_vehicles')).toBe(2);
  storeIsAway = false;
  await expect.poll(told, { timeout: 5000 }).toEqual(['truck-1 online', 'truck-2 online']);
  await expect.poll(() => watch.notReadyBecause()).toEqual([]);
});

it('says that there is no log, or none that may be read, and reads it once there is', async () => {
  const { watch } = watching();
  await expect.poll(() => watch.notReadyBecause()).toEqual([`there is no log of the broker at ${log}`]);
  mkdirSync(log);
  await expect.poll(() => watch.notReadyBecause()).toEqual([expect.stringMatching(/cannot be read: EISDIR/)]);
  rmSync(log, { recursive: true });
  comes('truck-1');
  await expect.poll(told).toEqual(['truck-1 online']);
  await expect.poll(() => watch.notReadyBecause()).toEqual([]);
});

it('records again what it may not have recorded, at the same places', async () => {
  watching();
  storeIsAway = true;
  comes('truck-1');
  await expect.poll(async () => recorded.length).toBe(0);
  await stop();
  storeIsAway = false;
  watching();
  await expect.poll(() => recorded.length).toBe(1);
  const [first] = recorded;
  await stop();
  rmSync(`${log}.recorded`);
  watching();
  await expect.poll(() => recorded.length).toBe(2);
  expect(recorded[1]).toEqual(first);
});

it('counts more of a vehicle that comes and goes all the time than it records', async () => {
  const { metric } = watching();
  for (let i = 0; i < 80; i++) {
    comes('truck-1', i);
    says('Client truck-1 disconnected.');
  }
  await expect.poll(() => recorded.length).toBe(100);
  await expect.poll(() => metric('vehicle_connections_total')).toBe(80);
  await expect.poll(() => metric('unrecorded_changes_total')).toBe(60);
});
