/** Of drills that are tests: how long, and with which seed. */
export const MINUTES = Number(process.env['NAVORA_TEST_DRILL_MINUTES'] ?? 10);
export const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
/** The load, the draining of its backlog, and the audit. */
export const WITHIN_MS = MINUTES * 60_000 * 6 + 600_000;
