import 'reflect-metadata'; // what @peculiar/x509 finds its parsers with
import { createHash, X509Certificate as NodeCertificate, randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
  X509CrlReason,
  type PublicKeyType,
} from '@peculiar/x509';
import { isIP } from 'node:net';
import { newKeyPair, SIGNING, type KeyPair } from './key-pair.js';

const DAY_MS = 24 * 3600_000;
/** Clocks of devices are wrong by minutes: a certificate is good a little before it was made. */
const BACKDATED_MS = 3600_000;

export interface IssuedCertificate {
  /** Hex, unique for its authority. */
  serial: string;
  /** SHA-256 of the certificate, hex. */
  fingerprint: string;
  notBefore: Date;
  notAfter: Date;
  pem: string;
}

/** `device` may only be a TLS client, `service` also a server at these hosts. */
export type Purpose = { kind: 'device' } | { kind: 'service'; hosts?: readonly string[] };

export interface CertificateWish {
  /** Who it is: a vehicle's id, a service's name. */
  commonName: string;
  publicKey: PublicKeyType;
  days: number;
  purpose: Purpose;
}

export const REVOCATION_REASONS = {
  'key-compromise': X509CrlReason.keyCompromise,
  superseded: X509CrlReason.superseded,
  'out-of-service': X509CrlReason.cessationOfOperation,
  disabled: X509CrlReason.certificateHold,
} as const;
export type RevocationReason = keyof typeof REVOCATION_REASONS;

export interface Revocation {
  serial: string;
  at: Date;
  reason: RevocationReason;
}

/** Issues certificates and lists of those that are no longer good. */
export class CertificateAuthority {
  private constructor(
    private readonly certificate: X509Certificate,
    private readonly signingKey: webcrypto.CryptoKey,
    private readonly keyIdentifier: AuthorityKeyIdentifierExtension,
  ) {}

  private static async by(
    certificate: X509Certificate,
    signingKey: webcrypto.CryptoKey,
  ): Promise<CertificateAuthority> {
    const keyIdentifier = await AuthorityKeyIdentifierExtension.create(certificate);
    return new CertificateAuthority(certificate, signingKey, keyIdentifier);
  }

  static async create(
    commonName: string,
    years: number,
  ): Promise<{ authority: CertificateAuthority; keys: KeyPair }> {
    const keys = await newKeyPair();
    const now = Date.now();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: newSerial(),
      name: [{ CN: [commonName] }],
      notBefore: new Date(now - BACKDATED_MS),
      notAfter: new Date(now + years * 365 * DAY_MS),
      keys,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { authority: await CertificateAuthority.by(certificate, keys.privateKey), keys };
  }

  /** @throws Error when the key is not that of the certificate. */
  static async of(certificatePem: string, signingKey: webcrypto.CryptoKey): Promise<CertificateAuthority> {
    const certificate = new X509Certificate(certificatePem);
    const probe = randomBytes(32);
    const signature = await webcrypto.subtle.sign(SIGNING, signingKey, probe);
    const publicKey = (await certificate.publicKey.export(SIGNING, ['verify'])) as webcrypto.CryptoKey;
    if (!(await webcrypto.subtle.verify(SIGNING, publicKey, signature, probe)))
      throw new Error('the key is not the one of the certificate');
    return CertificateAuthority.by(certificate, signingKey);
  }

  get pem(): string {
    return `${this.certificate.toString('pem')}\n`;
  }

  /** Tells authorities apart, whatever they are called: SHA-256 of the certificate, hex. */
  get fingerprint(): string {
    return fingerprintOf(this.certificate);
  }

  get notAfter(): Date {
    return this.certificate.notAfter;
  }

  /** It never outlives the authority, however many days are wished. */
  async issue({ commonName, publicKey, days, purpose }: CertificateWish): Promise<IssuedCertificate> {
    const now = Date.now();
    const notAfter = new Date(Math.min(now + days * DAY_MS, this.notAfter.getTime()));
    const certificate = await X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: [{ CN: [commonName] }],
      issuer: this.certificate.subjectName,
      notBefore: new Date(now - BACKDATED_MS),
      notAfter,
      publicKey,
      signingKey: this.signingKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        this.keyIdentifier,
        ...extensionsFor(purpose),
      ],
    });
    return {
      serial: certificate.serialNumber.toLowerCase(),
      fingerprint: fingerprintOf(certificate),
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      pem: `${certificate.toString('pem')}\n`,
    };
  }

  /**
   * A list is good for as long as the authority: TLS libraries refuse everybody once it is too old, so whether the
   * newest list is in force is watched by who distributes it, and not left to a date.
   *
   * @param number grows with each list (RFC 5280, 5.2.3)
   * @param at grows with each list by a second at least: a broker that reads a list again keeps the one before, too, and
   *   OpenSSL goes by the later time
   * @returns PEM
   */
  async revocationList(number: number, at: Date, revocations: readonly Revocation[]): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: this.certificate.subjectName,
      thisUpdate: new Date(at.getTime() - BACKDATED_MS),
      nextUpdate: this.notAfter,
      signingKey: this.signingKey,
      signingAlgorithm: SIGNING,
      entries: revocations.map(({ serial, at, reason }) => ({
        serialNumber: serial,
        revocationDate: at,
        reason: REVOCATION_REASONS[reason],
      })),
      extensions: [this.keyIdentifier, new Extension(CRL_NUMBER, false, derInteger(number))],
    });
    // Its own PEM says CRL, which OpenSSL does not know.
    return `${PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
  }
}

const CRL_NUMBER = '2.5.29.20';

function extensionsFor(purpose: Purpose): Extension[] {
  if (purpose.kind === 'device') return [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
  const { hosts = [] } = purpose;
  const names = hosts.map((host) => ({ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host }));
  const usage = [ExtendedKeyUsage.clientAuth, ...(hosts.length > 0 ? [ExtendedKeyUsage.serverAuth] : [])];
  return [
    new ExtendedKeyUsageExtension(usage),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}

/** Positive, 127 random bits: the most that RFC 5280 allows is 20 bytes. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes.readUInt8(0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** @param certificate PEM or DER; @returns SHA-256, hex */
export function certificateFingerprint(certificate: Buffer): string {
  return sha256(new NodeCertificate(certificate).raw);
}

function fingerprintOf({ rawData }: { rawData: ArrayBuffer }): string {
  return sha256(new Uint8Array(rawData));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Of a whole number below 2^53. */
function derInteger(value: number): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const positive = bytes.readUInt8(0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}
