import { createCassandra } from '@navora/cassandra';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { errors } from 'cassandra-driver';
import { AlertActions } from './alert-actions.js';
import { CommandFailure } from './failure.js';
import { StoredAlerts } from './stored-alerts.js';
import { commandEnvironment } from './workspace.js';

/** What the commands work with. */
export interface AlertServices {
  alerts: StoredAlerts;
  actions: AlertActions;
}

/** Reaches Cassandra, works with it, and lets it go. */
export async function withAlerts<T>(
  stack: string,
  work: (services: AlertServices) => Promise<T>,
): Promise<T> {
  const configuration = readConfiguration(cassandraSettings, commandEnvironment(stack), 'operator');
  const client = createCassandra(configuration, createLogger('alerts', 'silent'));
  try {
    await client.connect();
    const { cassandraKeyspace } = configuration;
    return await work({
      alerts: new StoredAlerts(client, cassandraKeyspace),
      actions: new AlertActions(client, cassandraKeyspace),
    });
  } catch (error) {
    if (error instanceof errors.ResponseError && /unconfigured table|does not exist/i.test(error.message)) {
      throw new CommandFailure(
        `keyspace ${configuration.cassandraKeyspace} has no alerts yet, or not all their tables: run \`navora migrate\` first`,
      );
    }
    if (error instanceof errors.NoHostAvailableError) {
      const at = configuration.cassandraContactPoints.join(', ');
      throw new CommandFailure(
        `Cassandra at ${at}, port ${configuration.cassandraPort}, did not answer: is the stack up? (\`npx navora stack status\`)`,
      );
    }
    throw error;
  } finally {
    await client.shutdown();
  }
}
