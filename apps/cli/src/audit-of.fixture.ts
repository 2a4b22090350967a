import { join } from 'node:path';
import { audit, type AuditOptions, type AuditReport } from '@navora/auditor';
import { type Endpoints, realServices } from '@navora/testing';
import { workspaceRoot } from './workspace.js';

/** The audit of what these histories tell, by default on the services of this test run. */
export function auditOf(
  historyFiles: string[],
  options: Partial<AuditOptions> = {},
  services: Endpoints = realServices(),
): Promise<AuditReport> {
  return audit({
    historyFiles,
    rulesFile: join(workspaceRoot, 'config/rules.yaml'),
    kafkaBrokers: services.kafkaBrokers,
    cassandra: {
      contactPoints: services.cassandraContactPoints,
      port: services.cassandraPort,
      dataCenter: services.cassandraDataCenter,
      keyspace: 'navora',
    },
    registryUrl: services.registryUrl,
    waitForQuietSeconds: 90,
    ...options,
  });
}
