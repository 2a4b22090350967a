import type { Workload } from './measure.js';

type Warming = Omit<Workload, 'vehicles'>;

/** For a program that was just started. */
export const WARMING: Warming = { ratePerSecond: 3000, warmUpSeconds: 5, measuredSeconds: 15 };

/**
 * For services that were just started: Java compiles what it sees often, and meanwhile Cassandra takes a third more
 * for a message.
 */
export const WARMING_SERVICES: Warming = { ratePerSecond: 3000, warmUpSeconds: 60, measuredSeconds: 15 };
