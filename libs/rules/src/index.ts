export * from './judge.js';
export * from './rule.js';
export * from './rules-file.js';
