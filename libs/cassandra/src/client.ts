import { Client, policies, types, type ClientOptions } from 'cassandra-driver';
import { errorFields, type Logger } from '@navora/runtime';
import { accessOptions, type CassandraAccess } from './access.js';

export interface CassandraSettings extends CassandraAccess {
  cassandraContactPoints: string[];
  cassandraPort: number;
  cassandraDataCenter: string;
}

export type CassandraClient = Client;

const RECONNECT_EVERY_MS = 1000;

/**
 * A client whose caller owns the retries. `isIdempotent` stays false and the retry policy falls through:
 * otherwise an unknown outcome hides inside "no host available".
 */
export function createCassandra(settings: CassandraSettings, log: Logger): CassandraClient {
  const options: ClientOptions = {
    contactPoints: settings.cassandraContactPoints,
    localDataCenter: settings.cassandraDataCenter,
    protocolOptions: { port: settings.cassandraPort },
    queryOptions: {
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
      prepare: true,
      isIdempotent: false,
    },
    // Above the server's own 2 s, so that its answer comes first; a silently dead connection is given up after 4.
    socketOptions: {
      readTimeout: 5000,
      connectTimeout: 5000,
      defunctReadTimeoutThreshold: 4,
      tcpNoDelay: true,
    },
    policies: {
      retry: new policies.retry.FallthroughRetryPolicy(),
      // By default the pauses double up to ten minutes: long after a short outage nobody would have noticed its end.
      reconnection: new policies.reconnection.ConstantReconnectionPolicy(RECONNECT_EVERY_MS),
    },
    encoding: { useBigIntAsLong: true },
    ...accessOptions(settings),
  };
  const client = new Client(options);
  client.on('log', (level: string, from: string, message: unknown) => {
    if (level === 'error' || level === 'warning')
      log.debug({ from, ...errorFields(message) }, 'cassandra_driver');
  });
  surviveLostRefreshes(client, log);
  return client;
}

/** What the driver does not show. */
interface ControlConnection {
  _refresh?: (...hosts: unknown[]) => Promise<void>;
}

/**
 * When the driver's control connection is cut while it is being refreshed, a second refresh takes the connection
 * from under the first, which then fails with a TypeError that nobody in the driver (4.10) handles. The second
 * goes on or is scheduled again by itself, so that the first needs no more than to be let go.
 */
function surviveLostRefreshes(client: Client, log: Logger): void {
  const { controlConnection } = client as unknown as { controlConnection?: ControlConnection };
  const refresh = controlConnection?._refresh;
  if (!refresh) return;
  controlConnection._refresh = async (...hosts) => {
    try {
      await refresh.apply(controlConnection, hosts);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      log.warn(errorFields(error), 'control_connection_refresh_lost');
    }
  };
}

/** A client that is connected. Each attempt takes a new one, so that nothing of a failed one is left behind. */
export async function connectCassandra(settings: CassandraSettings, log: Logger): Promise<CassandraClient> {
  const client = createCassandra(settings, log);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.shutdown().catch(() => undefined);
    throw error;
  }
}
