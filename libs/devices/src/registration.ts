import {
  type CertificateAuthority,
  newKeyPair,
  privateKeyPem,
  publicKeyOfRequest,
  type RevocationReason,
} from '@navora/identity';
import {
  type Device,
  type DeviceCertificate,
  DeviceError,
  type DeviceFacts,
  factsOf,
  hasEnded,
  idProblem,
} from './device.js';
import type { Change, DeviceStore, Doer } from './device-store.js';
import type { RevocationLists } from './revocation-lists.js';

/** What goes to a device. */
export interface Credentials {
  device: Device;
  /** PEM */
  certificate: string;
  /** PEM; undefined when the device has made its own. */
  privateKey: string | undefined;
  notAfter: Date;
}

export interface CertificateTerms {
  days: number;
  /** A request (PKCS #10, PEM) by the device; without it the key is made here. */
  request?: string | undefined;
}

/** Says who may connect: registers devices, issues their certificates, and takes them back. */
export class Registration {
  constructor(
    private readonly devices: Pick<DeviceStore, 'change' | 'all'>,
    private readonly authority: CertificateAuthority,
    private readonly lists: Pick<RevocationLists, 'publish'>,
  ) {}

  /** A new device, or one that was revoked and comes back. @throws DeviceError */
  async add(
    vehicleId: string,
    facts: DeviceFacts,
    terms: CertificateTerms,
    doer: Doer,
  ): Promise<Credentials> {
    const problem = idProblem(vehicleId);
    if (problem !== undefined) throw new DeviceError(problem);
    return this.issue(vehicleId, terms, doer, (device) => {
      if (device && device.status !== 'revoked')
        throw new DeviceError(`${vehicleId} is registered already, and ${device.status}`);
      return { action: 'added', status: 'active', ...facts };
    });
  }

  /**
   * Another certificate; those before stay good for `overlapMs`, so that the device can change without hurry.
   *
   * @throws DeviceError
   */
  async rotate(
    vehicleId: string,
    { overlapMs, reason }: { overlapMs: number; reason: RevocationReason },
    terms: CertificateTerms,
    doer: Doer,
  ): Promise<Credentials> {
    const at = new Date(Date.now() + overlapMs);
    const credentials = await this.issue(vehicleId, terms, doer, (device) => {
      const known = registered(vehicleId, device);
      if (known.status !== 'active')
        throw new DeviceError(
          `${vehicleId} is ${known.status}: only an active device gets a new certificate`,
        );
      const sooner = ({ endsAt }: DeviceCertificate) => endsAt === undefined || endsAt > at;
      const ends = known.certificates.filter(sooner).map(({ number }) => ({ number, at, reason }));
      return { ...factsOf(known), action: 'rotated', status: 'active', ends };
    });
    if (overlapMs <= 0) await this.publish();
    return credentials;
  }

  /** @throws DeviceError */
  async describe(vehicleId: string, facts: DeviceFacts, doer: Doer): Promise<void> {
    await this.devices.change(vehicleId, doer, (device) => {
      const known = registered(vehicleId, device);
      return { ...factsOf(known), ...facts, action: 'changed', status: known.status };
    });
  }

  /** Until it is enabled again. @throws DeviceError */
  async disable(vehicleId: string, doer: Doer): Promise<void> {
    await this.devices.change(vehicleId, doer, (device) => {
      const known = registered(vehicleId, device);
      if (known.status === 'revoked') throw new DeviceError(`${vehicleId} is revoked`);
      if (known.status === 'disabled') return undefined;
      return { ...factsOf(known), action: 'disabled', status: 'disabled' };
    });
    await this.publish();
  }

  /** @throws DeviceError */
  async enable(vehicleId: string, doer: Doer): Promise<void> {
    await this.devices.change(vehicleId, doer, (device) => {
      const known = registered(vehicleId, device);
      if (known.status === 'revoked')
        throw new DeviceError(`${vehicleId} is revoked: add it again, with a new certificate`);
      if (known.status === 'active') return undefined;
      return { ...factsOf(known), action: 'enabled', status: 'active' };
    });
    await this.publish();
  }

  /** None of its certificates is ever good again. Repeatable. @throws DeviceError */
  async revoke(vehicleId: string, reason: RevocationReason, doer: Doer): Promise<void> {
    await this.devices.change(vehicleId, doer, (device) => {
      const known = registered(vehicleId, device);
      if (known.status === 'revoked') return undefined;
      const at = new Date();
      const ends = known.certificates
        .filter((certificate) => !hasEnded(certificate))
        .map(({ number }) => ({ number, at, reason }));
      return { ...factsOf(known), action: 'revoked', status: 'revoked', ends };
    });
    await this.publish();
  }

  /** Makes what is revoked by now known to the brokers. @returns how many certificates are on the list. */
  publish(): Promise<number> {
    return this.lists.publish(this.authority, () => this.devices.all());
  }

  private async issue(
    vehicleId: string,
    { days, request }: CertificateTerms,
    doer: Doer,
    decide: (device: Device | undefined) => Change,
  ): Promise<Credentials> {
    const keys = request === undefined ? await newKeyPair() : undefined;
    const publicKey = keys?.publicKey ?? (await publicKeyIn(request ?? ''));
    const issued = await this.authority.issue({
      ...{ commonName: vehicleId, publicKey, days, purpose: { kind: 'device' } },
    });
    const certificate = { ...issued, authority: this.authority.fingerprint };
    const device = await this.devices.change(vehicleId, doer, (known) => ({ ...decide(known), certificate }));
    return {
      device: registered(vehicleId, device),
      certificate: issued.pem,
      privateKey: keys && privateKeyPem(keys.privateKey),
      notAfter: issued.notAfter,
    };
  }
}

function registered(vehicleId: string, device: Device | undefined): Device {
  if (!device) throw new DeviceError(`${vehicleId} is not registered`);
  return device;
}

async function publicKeyIn(request: string) {
  try {
    return await publicKeyOfRequest(request);
  } catch (error) {
    throw new DeviceError(`this is no certificate request (PKCS #10, PEM): ${(error as Error).message}`);
  }
}
