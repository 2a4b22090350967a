import { setTimeout as pause } from 'node:timers/promises';
import { type CassandraClient, createCassandra } from '@navora/cassandra';
import { ErasureStore } from '@navora/erasure';
import { createKafka } from '@navora/kafka';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { realServices } from '@navora/testing';
import { ErasureRun, type Outcome, type Progress, type Timing } from './erasure-run.js';
import type { Found, Remains } from './erased-remains.js';
import { copiesUntil } from './kafka-copies.js';
import { testEnvironment } from './services.fixture.js';
import { remainsIn } from './vehicles-services.js';

/** Enough where every service is well: each sees a fence within two seconds, and no write takes one. */
export const SHORT: Timing = { seenByAllMs: 3000, aheadMs: 9000, moveWithinMs: 4000 };

export const QUIET: Progress = { fence: () => undefined, waiting: () => undefined, looked: () => undefined };

/** An erasure as the command makes it, in this process and in less time. */
export class Erasing {
  private constructor(
    readonly cassandra: CassandraClient,
    readonly keyspace: string,
    readonly erasures: ErasureStore,
    readonly remains: Remains,
  ) {}

  static async connect(): Promise<Erasing> {
    const configuration = readConfiguration(cassandraSettings, testEnvironment());
    const { cassandraKeyspace: keyspace } = configuration;
    const client = createCassandra(configuration, createLogger('erasing', 'silent'));
    await client.connect();
    const remains = await remainsIn(client, keyspace);
    return new Erasing(client, keyspace, new ErasureStore(client, keyspace), remains);
  }

  async erase(
    vehicleId: string,
    {
      progress = QUIET,
      remains = this.remains,
      timing = SHORT,
    }: { progress?: Progress; remains?: Remains; timing?: Timing } = {},
  ): Promise<Outcome> {
    const admin = createKafka('erasing', realServices(), createLogger('erasing', 'silent')).admin();
    await admin.connect();
    try {
      const run = new ErasureRun({
        ...{ erasures: this.erasures, remains, timing, progress, now: Date.now },
        copiesUntil: (erasedAt) => copiesUntil(admin, erasedAt),
        pause: (ms) => pause(ms),
        signal: new AbortController().signal,
      });
      return await run.erase({ vehicleId, by: 'a test' });
    } finally {
      await admin.disconnect();
    }
  }

  /** What stands that was received up to then; of everything, when nothing is said. */
  left(vehicleId: string, erasedAt = Number.MAX_SAFE_INTEGER / 2, requestedAt = erasedAt): Promise<Found> {
    return this.remains.look({ vehicleId, erasedAt, requestedAt }, false);
  }

  async rowsOf(vehicleId: string): Promise<{ receivedAt: number; messageId: string }[]> {
    const { rows } = await this.cassandra.execute(
      `SELECT received_at, message_id FROM ${this.keyspace}.readings WHERE vehicle_id = ? ALLOW FILTERING`,
      [vehicleId],
      { prepare: true, fetchSize: 100_000 },
    );
    return rows.map((row) => ({
      receivedAt: (row['received_at'] as Date).getTime(),
      messageId: String(row['message_id']),
    }));
  }

  close(): Promise<void> {
    return this.cassandra.shutdown();
  }
}
