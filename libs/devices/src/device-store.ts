import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { classifyStoreError, type CassandraClient } from '@navora/cassandra';
import type { IssuedCertificate, RevocationReason } from '@navora/identity';
import { types } from 'cassandra-driver';
import {
  type Device,
  type DeviceActionName,
  DeviceError,
  type DeviceFacts,
  type DeviceStatus,
} from './device.js';
import { deviceFrom } from './device-rows.js';

/** What is to be done about a device, decided by how it stands. */
export interface Change extends DeviceFacts {
  action: DeviceActionName;
  status: DeviceStatus;
  certificate?: IssuedCertificate & { authority: string };
  /** Certificates, by number, that are no longer good from then on. */
  ends?: { number: number; at: Date; reason: RevocationReason }[];
}

export interface Doer {
  by: string;
  comment?: string | undefined;
}

const TRIES = 12;

/** The registry of devices in Cassandra. */
export class DeviceStore {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.table = `${keyspace}.devices`;
  }

  async read(vehicleId: string): Promise<Device | undefined> {
    return (await this.standing(vehicleId)).device;
  }

  /** All of them, in no order, a page at a time. */
  async *all(): AsyncGenerator<Device> {
    const result = await this.client.execute(`SELECT * FROM ${this.table}`, [], {
      prepare: true,
      fetchSize: 5000,
    });
    let rows: types.Row[] = [];
    for await (const row of result as AsyncIterable<types.Row>) {
      if (rows.length > 0 && rows[0]?.['vehicle_id'] !== row['vehicle_id']) {
        yield deviceFrom(rows);
        rows = [];
      }
      rows.push(row);
    }
    if (rows.length > 0) yield deviceFrom(rows);
  }

  /**
   * Does it after whatever others did before, and notes it with it. A lost answer is no matter: what was done has an
   * id, and is found.
   *
   * @param decide what to do, given how the device stands; it may be asked again when somebody else was quicker.
   *   Undefined: nothing. A DeviceError that it throws is thrown.
   */
  async change(
    vehicleId: string,
    doer: Doer,
    decide: (device: Device | undefined) => Change | undefined,
  ): Promise<Device | undefined> {
    const id = randomUUID();
    for (let attempt = 1; ; attempt++) {
      try {
        const { device, version, ids } = await this.standing(vehicleId);
        if (ids.includes(id)) return device;
        const change = decide(device);
        if (!change) return device;
        if (await this.write(vehicleId, version, id, doer, change)) return await this.read(vehicleId);
      } catch (error) {
        if (error instanceof DeviceError) throw error;
        const kind = classifyStoreError(error);
        if (attempt >= TRIES || (kind !== 'transient' && kind !== 'unknown-outcome')) throw error;
      }
      await pause(20 * attempt * (1 + Math.random()));
    }
  }

  private async write(
    vehicleId: string,
    version: number,
    id: string,
    { by, comment }: Doer,
    { action, status, group, driver, certificate, ends = [] }: Change,
  ): Promise<boolean> {
    const state = {
      query: `UPDATE ${this.table} SET version = ?, status = ?, fleet_group = ?, driver = ?
              WHERE vehicle_id = ? IF version = ?`,
      params: [
        ...[version + 1, status, group ?? null, driver ?? null],
        ...[vehicleId, version === 0 ? null : version],
      ],
    };
    const row = {
      query: `INSERT INTO ${this.table} (vehicle_id, number, action_id, action, at, "by", comment,
                authority, serial, fingerprint, not_before, not_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      params: [
        ...[vehicleId, version + 1, id, action, new Date(), by, comment ?? null],
        ...[certificate?.authority ?? null, certificate?.serial ?? null, certificate?.fingerprint ?? null],
        ...[certificate?.notBefore ?? null, certificate?.notAfter ?? null],
      ],
    };
    const endings = ends.map(({ number, at, reason }) => ({
      query: `UPDATE ${this.table} SET ends_at = ?, end_reason = ? WHERE vehicle_id = ? AND number = ?`,
      params: [at, reason, vehicleId, number],
    }));
    const result = await this.client.batch([state, row, ...endings], {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
    return result.wasApplied();
  }

  /** Serial: what a conditional batch left under way counts. */
  private async standing(
    vehicleId: string,
  ): Promise<{ device: Device | undefined; version: number; ids: string[] }> {
    const { rows } = await this.client.execute(
      `SELECT * FROM ${this.table} WHERE vehicle_id = ?`,
      [vehicleId],
      { prepare: true, consistency: types.consistencies.localSerial },
    );
    const [first] = rows;
    return {
      device: first && deviceFrom(rows),
      version: (first?.['version'] as number | undefined) ?? 0,
      ids: rows.map((row) => String(row['action_id'])),
    };
  }
}
