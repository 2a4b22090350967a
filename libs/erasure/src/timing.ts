/** A service asks so often whether there are new fences. */
export const FENCES_ASKED_EVERY_MS = 2000;

/** A service that has had no answer for so long writes nothing until it has one. */
export const FENCES_STALE_AFTER_MS = 10_000;

/**
 * How long a write may still come to be after its fence was checked: 5 s in the driver, which may first have to
 * prepare it; 12 s in Cassandra's queue (`native_transport_timeout`); 4 s at the replicas, with room to spare.
 */
export const WRITE_UNDER_WAY_MS = 22_000;

/** When a fence is written, so long after it all services have seen it, or write nothing, and nothing is under way. */
export const SEEN_BY_ALL_MS = FENCES_STALE_AFTER_MS + WRITE_UNDER_WAY_MS;

/**
 * A fence is set so far ahead: while rows are looked for and removed, nothing of the vehicle is written. It is moved
 * on while it is still far enough ahead for all to see it in time, with clocks that are apart by some seconds.
 */
export const FENCE_AHEAD_MS = 90_000;
export const MOVE_FENCE_WITHIN_MS = SEEN_BY_ALL_MS + 13_000;
