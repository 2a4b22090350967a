import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, expect, it } from 'vitest';
import { CertificateAuthority, type IssuedCertificate, type Purpose } from './certificate-authority.js';
import { newKeyPair, privateKeyPem } from './key-pair.js';

interface Identity extends IssuedCertificate {
  key: string;
}

let authority: CertificateAuthority;
let server: Identity;
beforeAll(async () => {
  ({ authority } = await CertificateAuthority.create('Test devices, "all" of them', 2));
  server = await identity('broker', { kind: 'service', hosts: ['127.0.0.1', 'broker.example'] });
});

async function identity(
  commonName: string,
  purpose: Purpose = { kind: 'device' },
  by = authority,
  days = 30,
): Promise<Identity> {
  const { publicKey, privateKey } = await newKeyPair();
  const issued = await by.issue({ commonName, publicKey, days, purpose });
  return { ...issued, key: privateKeyPem(privateKey) };
}

/** What a TLS server that asks for certificates finds: whose it is, or why it is not good. */
async function handshake(client: Identity, crl: string): Promise<string> {
  const listener = createServer({
    ...{ cert: server.pem, key: server.key, ca: authority.pem, crl },
    ...{ requestCert: true, rejectUnauthorized: false },
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const outgoing = connect({
    ...{ host: '127.0.0.1', port, ca: authority.pem, cert: client.pem, key: client.key },
  });
  const [incoming] = (await once(listener, 'secureConnection')) as [TLSSocket];
  const { authorized, authorizationError } = incoming;
  const name = incoming.getPeerCertificate().subject.CN;
  outgoing.destroy();
  listener.close();
  return String(authorized ? name : authorizationError);
}

it('issues a certificate that names its owner, ends when it should, and is for clients only', async () => {
  const issued = await identity('truck-17');
  const certificate = new X509Certificate(issued.pem);
  expect(certificate.subject).toBe('CN=truck-17');
  expect(certificate.checkIssued(new X509Certificate(authority.pem))).toBe(true);
  expect(certificate.verify(new X509Certificate(authority.pem).publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(certificate.serialNumber.toLowerCase()).toBe(issued.serial);
  expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(issued.fingerprint);
  const days = (issued.notAfter.getTime() - Date.now()) / (24 * 3600_000);
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThanOrEqual(30);
});

it('issues nothing that outlives it', async () => {
  const issued = await identity('truck-17', { kind: 'device' }, authority, 10_000);
  expect(issued.notAfter).toEqual(authority.notAfter);
});

it('gives each certificate a serial number of its own', async () => {
  const serials = await Promise.all(
    Array.from({ length: 50 }, async () => (await identity('truck-17')).serial),
  );
  expect(new Set(serials).size).toBe(50);
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
});

it('names the hosts of a server', () => {
  const certificate = new X509Certificate(server.pem);
  expect(certificate.checkHost('broker.example')).toBe('broker.example');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('other.example')).toBeUndefined();
});

it('lists revoked certificates in a way that a TLS server understands: theirs are refused, others are not', async () => {
  const [good, stolen] = [await identity('truck-1'), await identity('truck-2')];
  const list = await authority.revocationList(300, new Date(), [
    { serial: stolen.serial, at: new Date(), reason: 'key-compromise' },
  ]);
  expect(await handshake(good, list)).toBe('truck-1');
  expect(await handshake(stolen, list)).toBe('CERT_REVOKED');
  const nobody = await authority.revocationList(301, new Date(), []);
  expect(await handshake(stolen, nobody)).toBe('truck-2');
});

it('is not taken for another authority of the same name', async () => {
  const { authority: impostor } = await CertificateAuthority.create('Test devices, "all" of them', 2);
  expect(impostor.fingerprint).not.toBe(authority.fingerprint);
  const forged = await identity('truck-1', { kind: 'device' }, impostor);
  expect(await handshake(forged, await authority.revocationList(1, new Date(), []))).toBe(
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  );
});
