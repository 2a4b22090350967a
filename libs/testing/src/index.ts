export * from './builders.js';
export * from './conditional-store-contract.js';
export * from './endpoints.js';
export * from './eventually.js';
export * from './invariant.js';
export * from './own-names.js';
export * from './stack-faults.js';
export { OwnBroker } from '@navora/local-stack';
export * from './service-process.js';
