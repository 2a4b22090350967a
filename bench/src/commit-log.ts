/**
 * When Cassandra syncs its commit log: `group`, as the local stack does, before it acknowledges; or `periodic`, its
 * default, with which a node that is killed loses rows it has acknowledged, and others must have them.
 */
export const COMMIT_LOGS = ['group', 'periodic'] as const;
export type CommitLog = (typeof COMMIT_LOGS)[number];

/** Settings of cassandra.yaml that are other than the local stack's. */
export const COMMIT_LOG_SETTINGS: Record<CommitLog, Record<string, string>> = {
  group: {},
  periodic: { commitlog_sync: 'periodic', commitlog_sync_period: '10s' },
};
