export type { Erasure, ErasureState, Fence, FenceList } from './erasure.js';
export * from './erasure-store.js';
export * from './fences.js';
export * from './timing.js';
