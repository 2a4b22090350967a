import { Client, errors, types } from 'cassandra-driver';
import { Kafka, logLevel } from 'kafkajs';
import { AuditError } from './audit-error.js';
import type { CompleteOptions } from './options.js';

export function connectKafka({ kafkaBrokers }: CompleteOptions): Kafka {
  return new Kafka({
    ...{ clientId: 'navora-audit', brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING },
    retry: { retries: 3 },
  });
}

export function connectCassandra(options: CompleteOptions): Client {
  const { cassandra } = options;
  return new Client({
    contactPoints: hostsOf(options),
    localDataCenter: cassandra.dataCenter,
    keyspace: cassandra.keyspace,
    queryOptions: { consistency: types.consistencies.localQuorum },
    encoding: { map: Map, useBigIntAsLong: true },
  });
}

export function hostsOf({ cassandra }: CompleteOptions): string[] {
  return cassandra.contactPoints.map((host) => (host.includes(':') ? host : `${host}:${cassandra.port}`));
}

/** Says which service failed, in one sentence. */
export async function reaching<T>(service: string, where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(`${service} (${where}): ${sentenceOf(error)}`);
  }
}

/** The Cassandra driver prints its errors over many lines, and hides the cause in one of them. */
function sentenceOf(error: unknown): string {
  if (error instanceof errors.NoHostAvailableError) return 'no host could be reached';
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}
