import type { CassandraClient } from '@navora/cassandra';
import type { FenceCheck } from '@navora/erasure';
import type { Logger } from '@navora/runtime';
import { CassandraLedger } from './cassandra-ledger.js';
import { CassandraPending } from './cassandra-pending.js';
import { channelOf } from './channels/channel.js';
import { Dispatcher } from './dispatcher.js';
import type { NotificationMetrics } from './notification-metrics.js';
import type { Notifications } from './notifications-file.js';
import { Outlet } from './outlet.js';
import { Persistence } from './persistence.js';
import { addressesOf } from './recipients.js';

/** An outlet for each channel of the file, and what brings notices to them. Nothing runs yet. */
export function dispatcherOf(
  notifications: Notifications,
  {
    cassandra,
    keyspace,
    metrics,
    fences,
    log,
  }: {
    cassandra: CassandraClient;
    keyspace: string;
    metrics: NotificationMetrics;
    fences: FenceCheck;
    log: Logger;
  },
): Dispatcher {
  metrics.expect(notifications.channels.keys());
  const pending = new CassandraPending(cassandra, keyspace);
  const ledger = new CassandraLedger(cassandra, keyspace);
  // Its own, so that what notifications have to repeat is no reason to give the service no signals.
  const persistence = new Persistence(log);
  const outlets = [...notifications.channels].map(
    ([name, settings]) =>
      new Outlet({
        name,
        channel: channelOf(settings),
        settings,
        retries: notifications.retries,
        addresses: (notice) => addressesOf(notifications, notice, notice.transition, notice.alert),
        needsAddresses: settings.kind === 'smtp',
        ledger,
        pending,
        persistence,
        metrics,
        fences,
        log,
      }),
  );
  return new Dispatcher({ outlets, pending, metrics, log });
}
