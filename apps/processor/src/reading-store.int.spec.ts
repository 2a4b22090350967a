import { join } from 'node:path';
import { migrate } from '@navora/cassandra';
import { NO_FENCES } from '@navora/erasure';
import {
  aReading,
  conditionalStoreContract,
  ownKeyspace,
  realServices,
  type TestCassandra,
} from '@navora/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadingRow } from './reading-row.js';
import { rowOf } from './reading-row.js';
import { CassandraReadings, ReadingStore } from './reading-store.js';
import { CassandraLatestStates } from './latest-states.js';
import { requireLayout, shardOf, WrongLayout } from './layout.js';

let cassandra: TestCassandra;
const migrations = (keyspace: string) => ({
  keyspace,
  replication: "{'class': 'SimpleStrategy', 'replication_factor': 1}",
  folders: [{ owner: 'processor', path: join(import.meta.dirname, '../migrations') }],
  values: { retentionSeconds: '86400' },
});

beforeAll(async () => {
  cassandra = await ownKeyspace(realServices());
  await migrate(cassandra.client, migrations(cassandra.keyspace));
});
afterAll(() => cassandra.dispose());

const AT = Math.floor(Date.now() / 3_600_000) * 3_600_000;
let offset = 0;
const aRow = (over: Parameters<typeof aReading>[0] = {}): ReadingRow =>
  rowOf(
    { reading: aReading({ recordedAt: AT, ...over }), clockSuspect: false },
    {
      topic: 't',
      partition: 3,
      offset: BigInt(offset++),
      timestamp: AT + 20,
      key: null,
      value: null,
      headers: {},
    },
    [],
  );
const idOf = (id: number) => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;

describe('the table of readings', () => {
  let vehicle = 0;
  beforeEach(() => {
    vehicle++;
  });
  conditionalStoreContract({
    store: () => new CassandraReadings(cassandra.client, cassandra.keyspace),
    row: (id, speedKph) => aRow({ vehicleId: `v${vehicle}`, messageId: idOf(id), speedKph }),
    idAndContentOf: ({ messageId, content }) => [
      Number(messageId.slice(-12)),
      Number(content.get('speedKph')),
    ],
  });
});

describe('ReadingStore on Cassandra', () => {
  const aStore = () =>
    new ReadingStore(new CassandraReadings(cassandra.client, cassandra.keyspace), {
      maxBatchesInFlight: 16,
      fences: NO_FENCES,
    });

  it('P10: stores hundreds of readings at once, each exactly once, from two processors at a time', async () => {
    const rows = Array.from({ length: 400 }, (_, i) =>
      aRow({ vehicleId: `fleet-${i % 7}`, messageId: idOf(i), sequence: i }),
    );
    const [one, other] = [aStore(), aStore()];
    const outcomes = await Promise.all(
      rows.flatMap((row) => [
        one.storeOnce(row),
        other.storeOnce({ ...row, origin: { ...row.origin, offset: 9999 } }),
      ]),
    );
    const statuses = outcomes.map((outcome) =>
      outcome === 'erased' ? outcome : 'status' in outcome ? outcome.status : outcome.rejection.error,
    );
    expect(statuses.filter((status) => status === 'stored')).toHaveLength(400);
    expect(statuses.filter((status) => status === 'already-stored')).toHaveLength(400);
  });

  it('answers a redelivery with the first delivery, and leaves the row as it was', async () => {
    const store = aStore();
    const row = aRow({ vehicleId: 'again', extras: { door: 'open', axles: 3 } });
    await store.storeOnce(row);
    const written = await writeTimeOf(row);
    const again = await store.storeOnce({
      ...row,
      receivedAt: AT + 60_000,
      origin: { topic: 't', partition: 3, offset: 77 },
    });
    expect(again).toEqual({
      status: 'already-stored',
      clockSuspect: false,
      receivedAt: row.receivedAt,
      origin: row.origin,
    });
    expect(await writeTimeOf(row)).toBe(written);
  });

  it('P11: refuses other content under the same identity, and names what differs', async () => {
    const store = aStore();
    const row = aRow({ vehicleId: 'liar', messageId: idOf(1) });
    await store.storeOnce(row);
    const conflict = await store.storeOnce({ ...row, reading: { ...row.reading, speedKph: 12 } });
    expect(conflict).toMatchObject({
      rejection: { reason: 'conflicting-reading', error: expect.stringContaining('speedKph') },
    });
  });

  it('P25: finds the one row that cannot be stored in a batch of 64, and stores the others', async () => {
    const store = aStore();
    const rows = Array.from({ length: 64 }, (_, i) => aRow({ vehicleId: 'halved', messageId: idOf(i) }));
    const bad = rows[17];
    if (!bad) throw new Error('no row 17');
    rows[17] = { ...bad, reading: { ...bad.reading, messageId: 'no UUID' } };
    const outcomes = await Promise.all(rows.map((row) => store.storeOnce(row)));
    expect(outcomes.map((outcome) => outcome !== 'erased' && 'rejection' in outcome)).toEqual(
      rows.map((_, i) => i === 17),
    );
    expect(outcomes[17]).toMatchObject({ rejection: { reason: 'refused-by-store' } });
  });

  async function writeTimeOf({ shard, bucket, reading }: ReadingRow): Promise<bigint> {
    const { rows } = await cassandra.client.execute(
      `SELECT WRITETIME(origin_offset) AS at FROM ${cassandra.keyspace}.readings WHERE shard = ? AND bucket = ? AND vehicle_id = ?`,
      [shard, bucket, reading.vehicleId],
      { prepare: true },
    );
    return rows[0]?.['at'] as bigint;
  }
});

describe('the latest state', () => {
  it('is the newest reading, in whatever order they are written', async () => {
    const writer = new CassandraLatestStates(cassandra.client, cassandra.keyspace);
    const shard = shardOf('late');
    for (const recordedAt of [AT + 2000, AT + 3000, AT + 1000]) {
      await writer.write(shard, [{ vehicleId: 'late', recordedAt, state: `{"recordedAt":${recordedAt}}` }]);
    }
    const { rows } = await cassandra.client.execute(
      `SELECT state FROM ${cassandra.keyspace}.latest_readings WHERE shard = ? AND vehicle_id = 'late'`,
      [shard],
      {
        prepare: true,
      },
    );
    expect(JSON.parse(rows[0]?.['state'] as string)).toEqual({ recordedAt: AT + 3000 });
  });
});

describe('the boot check', () => {
  it('accepts the layout the migrations made, and refuses another', async () => {
    await requireLayout(cassandra.client, cassandra.keyspace);
    await cassandra.client.execute(
      `UPDATE ${cassandra.keyspace}.layout SET value = 128 WHERE name = 'shard_count'`,
    );
    await expect(requireLayout(cassandra.client, cassandra.keyspace)).rejects.toThrow(
      /shard_count 128 instead of 64/,
    );
    await expect(requireLayout(cassandra.client, 'nowhere')).rejects.toThrow(WrongLayout);
  });

  it('refuses a migration that was changed after it was applied', async () => {
    await cassandra.client.execute(
      `UPDATE ${cassandra.keyspace}.migrations SET checksum = 'other' WHERE name = 'processor/001_readings.cql'`,
    );
    await expect(migrate(cassandra.client, migrations(cassandra.keyspace))).rejects.toThrow(
      'processor/001_readings.cql was changed',
    );
  });
});
