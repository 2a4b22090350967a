/**
 * When Cassandra syncs its commit log: `group`, as the local stack does, before it acknowledges; or `periodic`, its
 * default, with which a node that is killed loses rows it has acknowledged, and others must have them.
 */
export const COMMIT_LOGS = ['group', 'periodic'] as const;
export type CommitLog = (typeof COMMIT_LOGS)[number];
