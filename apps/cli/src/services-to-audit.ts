import type { AuditOptions } from '@navora/auditor';
import { type cassandraSettings, type kafkaSettings, type readConfiguration } from '@navora/runtime';

type Access = ReturnType<typeof readConfiguration<typeof kafkaSettings & typeof cassandraSettings>>;
type Services = Pick<AuditOptions, 'kafkaBrokers' | 'cassandra' | 'registryUrl' | 'credentials'>;

/** Where the auditor finds what it judges, and as whom. */
export function servicesToAudit(access: Access): Services {
  const { cassandraUsername: username, cassandraPasswordFile: passwordFile } = access;
  return {
    kafkaBrokers: access.kafkaBrokers,
    registryUrl: access.registryUrl,
    cassandra: {
      contactPoints: access.cassandraContactPoints,
      port: access.cassandraPort,
      dataCenter: access.cassandraDataCenter,
      keyspace: access.cassandraKeyspace,
    },
    credentials: {
      kafka: filesOf(access.kafkaCaFile, access.kafkaCertFile, access.kafkaKeyFile),
      cassandra: {
        ...filesOf(access.cassandraCaFile, access.cassandraCertFile, access.cassandraKeyFile),
        ...{ serverName: access.cassandraServerName, username, passwordFile },
      },
      registry: {
        ...{ caFile: access.registryCaFile, username: access.registryUsername },
        passwordFile: access.registryPasswordFile,
      },
    },
  };
}

function filesOf(caFile: string | undefined, certFile: string | undefined, keyFile: string | undefined) {
  return { caFile, certFile, keyFile };
}
