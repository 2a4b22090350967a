import { writeFileSync } from 'node:fs';
import { CertificateAuthority, newKeyPair, openAuthority, privateKeyPem } from '@navora/identity';
import type { OwnSecureBroker } from '@navora/local-stack';

/** PEM, and the serial number of the certificate. */
export interface DeviceCredentials {
  cert: string;
  key: string;
  serial: string;
}

/** Devices of a broker of the test's own, with its authority at hand. */
export class OwnDevices {
  private lists = 0;
  private readonly since = Date.now();

  private constructor(
    private readonly broker: OwnSecureBroker,
    private readonly authority: CertificateAuthority,
  ) {}

  static async of(broker: OwnSecureBroker): Promise<OwnDevices> {
    return new OwnDevices(broker, await openAuthority(broker.tls.devices));
  }

  /** @param days below zero: it has ended already */
  async issue(vehicleId: string, days = 1, by = this.authority): Promise<DeviceCredentials> {
    const { publicKey, privateKey } = await newKeyPair();
    const { pem, serial } = await by.issue({
      ...{ commonName: vehicleId, publicKey, days, purpose: { kind: 'device' } },
    });
    return { cert: pem, key: privateKeyPem(privateKey), serial };
  }

  /** By an authority of the same name, which the broker does not know. */
  async forge(vehicleId: string): Promise<DeviceCredentials> {
    const { authority } = await CertificateAuthority.create('Navora vehicles (own)', 1);
    return this.issue(vehicleId, 1, authority);
  }

  /** Tells the broker of these and no others. */
  async revoke(...serials: string[]): Promise<void> {
    const revocations = serials.map((serial) => ({
      ...{ serial, at: new Date(), reason: 'key-compromise' as const },
    }));
    // As a second apart: a broker goes by the later one.
    const at = new Date(this.since + ++this.lists * 1000);
    writeFileSync(this.broker.tls.revoked, await this.authority.revocationList(this.lists, at, revocations));
    process.kill(this.broker.pid, 'SIGHUP');
  }
}
