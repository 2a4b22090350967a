import { createPublicKey, webcrypto } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { CertificateAuthority } from './certificate-authority.js';
import { certificateRequest, publicKeyOfRequest } from './certificate-request.js';
import { newKeyPair, type KeyPair } from './key-pair.js';

const publicDer = async ({ publicKey }: KeyPair) =>
  Buffer.from(await webcrypto.subtle.exportKey('spki', publicKey));

it("becomes a certificate for the device's own key, under the name that we give it", async () => {
  const { authority } = await CertificateAuthority.create('Test', 1);
  const keys = await newKeyPair();
  const publicKey = await publicKeyOfRequest(await certificateRequest('somebody-else', keys));
  const { pem } = await authority.issue({
    ...{ commonName: 'truck-3', publicKey, days: 1, purpose: { kind: 'device' } },
  });
  const certificate = new X509Certificate(pem);
  expect(certificate.subject).toBe('CN=truck-3');
  const own = createPublicKey({ key: await publicDer(keys), type: 'spki', format: 'der' });
  expect(certificate.publicKey.equals(own)).toBe(true);
});

it('is refused from who has not the private key', async () => {
  const [keys, others] = [await newKeyPair(), await newKeyPair()];
  const pem = await certificateRequest('truck-3', keys);
  const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
  (await publicDer(others)).copy(der, der.indexOf(await publicDer(keys)));
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  await expect(publicKeyOfRequest(forged)).rejects.toThrow('not signed by its own key');
});

it('is refused when it is none', async () => {
  await expect(publicKeyOfRequest('rubbish')).rejects.toThrow();
});
