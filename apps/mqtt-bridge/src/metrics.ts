import type { DeadLetterReason } from '@navora/schemas';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Read when Prometheus asks. */
export interface Levels {
  window(): number;
  unacknowledged(): number;
  connected(): boolean;
}

export type BridgeMetrics = ReturnType<typeof createBridgeMetrics>;

export function createBridgeMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `navora_bridge_${name}_total`, help, labelNames, registers });
  const deadLetters = counter('dead_letters', 'Messages given up, by reason', ['reason']);
  return {
    received: counter('received_messages', 'Messages that came from the broker'),
    redelivered: counter(
      'redelivered_messages',
      'Messages the broker flagged DUP: it had sent them before, and they were not acknowledged',
    ),
    forwarded: counter('forwarded_readings', 'Readings handed to Kafka'),
    unverified: counter(
      'unverified_readings',
      'Readings forwarded under their topic’s vehicle, their schema not known yet',
    ),
    deadLettered: (reason: DeadLetterReason) => deadLetters.inc({ reason }),
    acknowledged: counter('acknowledged_messages', 'PUBACKs sent, each after Kafka had the record'),
    expiring: counter(
      'expiring_messages',
      'Messages with a Message Expiry: the broker drops such while the bridge is away',
    ),
    reconnects: counter('reconnects', 'Connections to the broker after the first'),
    takeOvers: counter('take_overs', 'Connections taken over by another client with our client id'),
    grantedLess: counter('granted_less', 'Times the broker granted less than was asked for', ['what']),
    brokerDropped: new Gauge({
      name: 'navora_bridge_broker_dropped_messages',
      help: 'What the broker says it has dropped since its start, for all its clients: any growth may be a loss',
      registers,
    }),
    latency: new Histogram({
      name: 'navora_bridge_acknowledge_seconds',
      help: 'From the receipt of a message until Kafka acknowledged its record',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    watch: (levels: Levels) => watch(registry, levels),
  };
}

function watch(registry: Registry, levels: Levels): void {
  const gauge = (name: string, help: string, level: () => number) =>
    new Gauge({
      name: `navora_bridge_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(level());
      },
    });
  gauge('window_messages', 'Messages of this connection that are not acknowledged yet', levels.window);
  gauge('lane_records', 'Records handed to Kafka and not acknowledged yet', levels.unacknowledged);
  gauge('connected', '1 while subscribed at the broker', () => Number(levels.connected()));
}
