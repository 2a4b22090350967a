export {
  AUTHORITY_CERTIFICATE,
  AUTHORITY_KEY,
  AuthorityError,
  createAuthority,
  type NewAuthority,
  openAuthority,
} from './authority-folder.js';
export {
  CertificateAuthority,
  certificateFingerprint,
  type CertificateWish,
  type IssuedCertificate,
  type Purpose,
  type Revocation,
  REVOCATION_REASONS,
  type RevocationReason,
} from './certificate-authority.js';
export { certificateRequest, publicKeyOfRequest } from './certificate-request.js';
export { type KeyPair, newKeyPair, privateKeyPem } from './key-pair.js';
