import { Counter, Gauge, type Registry } from 'prom-client';
import { ENDINGS, REFUSALS } from './broker-log.js';
import type { Happening } from './connections.js';

export type ConnectionMetrics = ReturnType<typeof createConnectionMetrics>;

/** What the broker says about its connections, for Prometheus. Labels have no values but those of the two lists. */
export function createConnectionMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `navora_broker_${name}_total`, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `navora_broker_${name}`, help, registers });
  const connections = counter('vehicle_connections', 'Connections of vehicles that began');
  const ends = counter('vehicle_disconnections', 'Connections of vehicles that ended, by reason', ['reason']);
  const refused = counter('refused_connections', 'Connections of who did not get in, by reason', ['reason']);
  const subscriptions = counter(
    'vehicle_subscriptions',
    'Subscriptions of vehicles, which may read nothing: granted, and never served',
  );
  // From the beginning: an alert on an increase misses the first of what was not there before.
  for (const reason of ENDINGS) ends.inc({ reason }, 0);
  for (const reason of REFUSALS) refused.inc({ reason }, 0);
  return {
    count(happening: Happening): void {
      switch (happening.change) {
        case 'online':
          return connections.inc();
        case 'offline':
        case 'taken-over':
          return ends.inc({ reason: happening.reason ?? 'other' });
        case 'refused':
          return refused.inc({ reason: happening.reason });
        case 'subscribed':
          return subscriptions.inc();
      }
    },
    connected: gauge('connected_vehicles', 'Vehicles that are connected, by the log'),
    behind: gauge('log_unrecorded_bytes', "Of the broker's log, what is written and not recorded yet"),
    unrecorded: counter(
      'unrecorded_changes',
      'Connections and ends that were counted and not recorded, of vehicles that come and go all the time',
    ),
  };
}

/** @param inForce the number of the list, read when Prometheus asks */
export function gaugeRevocations(registry: Registry, inForce: () => number): void {
  new Gauge({
    name: 'navora_broker_revocation_list',
    help: 'Number of the list of revoked certificates that is in force; 0 before the first',
    registers: [registry],
    collect() {
      this.set(inForce());
    },
  });
}
