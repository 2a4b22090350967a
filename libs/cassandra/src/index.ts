export * from './client.js';
export * from './group-commit.js';
export * from './int64.js';
export * from './migrations.js';
export * from './store-error.js';
export * from './store-probe.js';
