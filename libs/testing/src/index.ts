export * from './builders.js';
export * from './conditional-store-contract.js';
export * from './endpoints.js';
export * from './eventually.js';
export * from './own-names.js';
