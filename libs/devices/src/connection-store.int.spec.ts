import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@navora/cassandra';
import { createLogger, createMetrics } from '@navora/runtime';
import { eventually, ownKeyspace, realServices, type TestCassandra } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createConnectionMetrics } from './connection-metrics.js';
import { ConnectionStore, type RecordedChange } from './connection-store.js';
import { ConnectionWatch } from './connection-watch.js';

let cassandra: TestCassandra;
let store: ConnectionStore;
beforeAll(async () => {
  cassandra = await ownKeyspace(realServices());
  const { client, keyspace } = cassandra;
  await migrate(client, {
    keyspace,
    folders: [{ owner: 'devices', path: join(import.meta.dirname, '../migrations') }],
    replication: "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}",
  });
  store = new ConnectionStore(client, keyspace);
});
afterAll(() => cassandra?.dispose());

const AT = new Date('2026-11-27T10:00:00Z');
const change = (vehicleId: string, over: Partial<RecordedChange> = {}): RecordedChange => ({
  ...{ vehicleId, at: AT, change: 'online', address: '10.0.0.1:1000', broker: 'b', place: 1, ...over },
});

it('keeps what happened in a second in its order, once however often it is recorded, and for its days', async () => {
  const went = change('truck-1', { change: 'offline', reason: 'lost', place: 90 });
  for (let i = 0; i < 2; i++) await store.record([change('truck-1'), went], 90);
  expect(await store.of('truck-1', new Date(0), 10)).toEqual([went, change('truck-1')]);
  expect(await store.of('truck-1', new Date(0), 1)).toEqual([went]);
  expect(await store.of('truck-1', new Date(AT.getTime() + 1), 10)).toEqual([]);
  const { rows } = await cassandra.client.execute(
    `SELECT ttl(change) AS ttl FROM ${cassandra.keyspace}.vehicle_connections WHERE vehicle_id = 'truck-1'`,
  );
  for (const { ttl } of rows as unknown as { ttl: number }[]) {
    expect(ttl).toBeGreaterThan(89 * 86_400);
    expect(ttl).toBeLessThanOrEqual(90 * 86_400);
  }
});

it('finds the newest of all vehicles', async () => {
  const later = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
  const changes = Array.from({ length: 300 }, (_, i) => change(`van-${i}`, { at: later(3600 + i) }));
  await store.record(changes, 90);
  expect(await store.newest(later(3600), 20)).toEqual(changes.slice(-20).reverse());
});

it('records ten thousand vehicles that come back at once without holding them in memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'navora-storm-'));
  const log = join(folder, 'mqtt.log');
  const lines = Array.from({ length: 10_000 }, (_, i) => {
    const from = `10.0.0.${i % 250}:${10_000 + i}`;
    return `2026-11-27T12:00:00+0000: New connection from ${from} on port 8883.
2026-11-27T12:00:00+0000: New client connected from ${from} as storm-${i} (p5, c1, k60, u'storm-${i}').
`;
  });
  writeFileSync(log, lines.join(''));
  const metrics = createConnectionMetrics(createMetrics('test'));
  const settings = { broker: 'b', log, vehiclesListener: 8883, keepDays: 1, everyMs: 50 };
  const watch = new ConnectionWatch(store, settings, metrics, createLogger('test', 'silent'));
  const stop = new AbortController();
  const begun = performance.now();
  const running = watch.run(stop.signal);
  const readTo = () =>
    (JSON.parse(readFileSync(`${log}.recorded`, 'utf8')) as { place: { offset: number } }).place;
  let most = 0;
  await eventually(
    'all of it recorded',
    () => {
      most = Math.max(most, process.memoryUsage().heapUsed);
      return readTo().offset === lines.join('').length;
    },
    { withinMs: 60_000 },
  );
  process.stdout.write(`ten thousand recorded after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  stop.abort();
  await running;
  expect(most).toBeLessThan(300 * 1024 * 1024);
  expect(await store.of('storm-9999', new Date(0), 10)).toMatchObject([{ change: 'online' }]);
  rmSync(folder, { recursive: true });
});
