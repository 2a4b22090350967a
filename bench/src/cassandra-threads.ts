/**
 * A conditional insert holds a thread of Cassandra's through three syncs of the commit log. The local stack has as few
 * threads as group commit needs, with which sides of one insert per reading would wait for threads and nothing else.
 */
export const THREADS = { concurrent_writes: '64', native_transport_max_threads: '128' };
