import { setTimeout as pause } from 'node:timers/promises';
import { classifyStoreError, type CassandraClient } from '@navora/cassandra';
import type { CertificateAuthority, Revocation } from '@navora/identity';
import { types } from 'cassandra-driver';
import { type Device, type DeviceCertificate, hasEnded } from './device.js';

/** A list of revoked certificates (RFC 5280), signed by their authority. */
export interface RevocationList {
  number: number;
  madeAt: Date;
  /** PEM */
  list: string;
  /** The vehicle of each certificate on the list, by serial number. */
  serials: ReadonlyMap<string, string>;
}

const TRIES = 12;
/** Lists are told apart by their time, which has no fractions of a second. */
const A_SECOND_MS = 1000;
const DAY_MS = 24 * 3600_000;

/** The newest list of each authority, where brokers fetch it. */
export class RevocationLists {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.table = `${keyspace}.revocation_lists`;
  }

  /** @param authority its fingerprint */
  async newest(authority: string): Promise<RevocationList | undefined> {
    const { rows } = await this.client.execute(
      `SELECT number, made_at, list, serials FROM ${this.table} WHERE authority = ?`,
      [authority],
      { prepare: true, consistency: types.consistencies.localSerial },
    );
    const [row] = rows;
    return (
      row && {
        number: row['number'] as number,
        madeAt: row['made_at'] as Date,
        list: row['list'] as string,
        serials: new Map(Object.entries((row['serials'] as Record<string, string> | null) ?? {})),
      }
    );
  }

  /**
   * Signs what is revoked by now, unless the newest list says the same. Of two who publish at once the later one
   * looks again, so that neither's revocation is missing.
   *
   * @param devices is read anew for each attempt
   * @returns how many certificates are on the list
   */
  async publish(authority: CertificateAuthority, devices: () => AsyncIterable<Device>): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.newest(authority.fingerprint);
      const revoked = await revokedOf(authority.fingerprint, devices());
      if (before && sameSerials(before.serials, revoked)) return revoked.length;
      const number = (before?.number ?? 0) + 1;
      const madeAt = new Date(Math.max(Date.now(), (before?.madeAt.getTime() ?? 0) + A_SECOND_MS));
      try {
        const list = await authority.revocationList(number, madeAt, revoked);
        const serials = new Map(revoked.map(({ serial, vehicleId }) => [serial, vehicleId]));
        if (await this.replace(authority.fingerprint, before, { number, madeAt, list, serials }))
          return revoked.length;
      } catch (error) {
        const kind = classifyStoreError(error);
        if (attempt >= TRIES || (kind !== 'transient' && kind !== 'unknown-outcome')) throw error;
      }
      await pause(20 * attempt * (1 + Math.random()));
    }
  }

  private async replace(
    authority: string,
    before: RevocationList | undefined,
    { number, madeAt, list, serials }: RevocationList,
  ): Promise<boolean> {
    const result = await this.client.execute(
      `UPDATE ${this.table} SET number = ?, list = ?, serials = ?, made_at = ? WHERE authority = ? IF number = ?`,
      [number, list, Object.fromEntries(serials), madeAt, authority, before?.number ?? null],
      {
        prepare: true,
        consistency: types.consistencies.localQuorum,
        serialConsistency: types.consistencies.localSerial,
      },
    );
    return result.wasApplied();
  }
}

type RevokedOf = Revocation & { vehicleId: string };

async function revokedOf(authority: string, devices: AsyncIterable<Device>): Promise<RevokedOf[]> {
  const found: RevokedOf[] = [];
  for await (const device of devices)
    for (const certificate of device.certificates) {
      if (certificate.authority !== authority || isLongOver(certificate)) continue;
      const revocation = revocationOf(device, certificate);
      if (revocation) found.push({ ...revocation, vehicleId: device.vehicleId });
    }
  return found.sort((one, other) => (one.serial < other.serial ? -1 : 1));
}

/** Its own date says enough. A day of grace for clocks that are behind. */
function isLongOver({ notAfter }: DeviceCertificate): boolean {
  return notAfter.getTime() < Date.now() - DAY_MS;
}

function revocationOf({ status, history }: Device, certificate: DeviceCertificate): Revocation | undefined {
  const { serial, endsAt, endReason } = certificate;
  if (hasEnded(certificate)) return { serial, at: endsAt as Date, reason: endReason ?? 'superseded' };
  if (status === 'active') return undefined;
  return { serial, at: history.at(-1)?.at ?? new Date(), reason: 'disabled' };
}

function sameSerials(before: ReadonlyMap<string, string>, now: readonly Revocation[]): boolean {
  return before.size === now.length && now.every(({ serial }) => before.has(serial));
}
