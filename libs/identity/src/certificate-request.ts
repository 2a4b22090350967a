import 'reflect-metadata'; // what @peculiar/x509 finds its parsers with
import {
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  type PublicKeyType,
} from '@peculiar/x509';
import { type KeyPair, SIGNING } from './key-pair.js';

/** What a device sends to be signed (PKCS #10), as PEM: its private key never leaves it. */
export async function certificateRequest(commonName: string, keys: KeyPair): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    ...{ name: [{ CN: [commonName] }], keys, signingAlgorithm: SIGNING },
  });
  return request.toString('pem');
}

/**
 * The public key of a device's request. What else it asks for is not looked at: who it is we say.
 *
 * @throws Error unless it is signed by the key it brings.
 */
export async function publicKeyOfRequest(pem: string): Promise<PublicKeyType> {
  const request = new Pkcs10CertificateRequest(pem);
  if (!(await request.verify())) throw new Error('the request is not signed by its own key');
  return request.publicKey;
}
