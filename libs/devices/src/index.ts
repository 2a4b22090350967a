export {
  type Device,
  type DeviceAction,
  type DeviceCertificate,
  DeviceError,
  type DeviceFacts,
  type DeviceStatus,
  factsOf,
  hasEnded,
  idProblem,
  isGood,
} from './device.js';
export { type Doer, DeviceStore } from './device-store.js';
export { type CertificateTerms, type Credentials, Registration } from './registration.js';
export { type RevocationList, RevocationLists } from './revocation-lists.js';
export { type Broker, RevocationWatch, type WatchSettings } from './revocation-watch.js';
export { type ConnectionMetrics, createConnectionMetrics, gaugeRevocations } from './connection-metrics.js';
export { ConnectionStore, type RecordedChange } from './connection-store.js';
export { ConnectionWatch, type ConnectionWatchSettings } from './connection-watch.js';
